"""Why a song can't be used, in the participant's language.

Who hears a song knows no languages: it says what is wrong in English, and that is kept. Here its
sentences are known again, with what varies in them.
"""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

REASONS = [
    gettext_noop("There is no file here. Choose an audio file."),
    gettext_noop("The file cannot be opened: %(why)s."),
    gettext_noop("The file is empty (0 bytes). Copy or upload it again."),
    gettext_noop("This is not an audio file. Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."),
    gettext_noop(
        "This is not an audio file: it looks like a picture. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like a compressed archive. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like an archive. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like a ZIP archive. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like a PDF document. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like a web page. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like a MIDI score without sound. "
        "Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "This is not an audio file: it looks like text. Use WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "The %(container)s file is damaged or incomplete and cannot be decoded. Copy it again "
        "from its source, or convert it to one of WAV, FLAC, MP3, Ogg, Opus, AIFF or M4A."
    ),
    gettext_noop(
        "The file holds several recordings of different kinds, one after the other. Split it into "
        "single files, or export it as one recording."
    ),
    gettext_noop("This is a video without sound. Choose a file with sound in it."),
    gettext_noop(
        "The file's header counts %(seconds)s s of sound, but %(bytes)s bytes follow that it "
        "doesn't count. Open it with an audio program, and export it again."
    ),
    gettext_noop(
        "After %(seconds)s s the sound changes from %(rate)s Hz and %(channels)s channels to "
        "%(other_rate)s Hz and %(other_channels)s channels. Open it with an audio program, and "
        "export it as one recording."
    ),
    gettext_noop(
        "The file's loudest sample is %(times)s times as loud as full scale, so it is no sound, or "
        "was written in another scale. Export it again, as 16-bit or 24-bit."
    ),
    gettext_noop(
        "The channels cancel each other out: in their sum, which the network hears, next to "
        "nothing is left. Reverse the polarity of one of them with an audio program, or export "
        "one channel alone."
    ),
    gettext_noop("The network makes no sense of this recording. Export it again."),
    gettext_noop(
        "An error that nobody foresaw ended the work on this file (%(error)s). Please report it "
        "with these words. Another copy of the song, converted to WAV or MP3, may do."
    ),
    gettext_noop(
        "The sample rate is %(rate)s Hz; it must be between %(least)s and %(most)s Hz. Convert "
        "the file to 44,100 Hz."
    ),
    gettext_noop(
        "The file has %(channels)s channels; at most %(most)s are accepted. Convert it to stereo."
    ),
    gettext_noop(
        "The recording is longer than %(minutes)s minutes. Cut it into single songs, or use a "
        "shorter version."
    ),
    gettext_noop("Decoding took too long. Convert the file to WAV, FLAC or MP3."),
    gettext_noop("The file holds samples that are not numbers (NaN or infinity). Export it again."),
    gettext_noop("No sound can be decoded from this file: it is damaged or holds no audio."),
    gettext_noop(
        "The file is cut off or damaged: only %(seconds)s s can be decoded. Copy or download it "
        "again."
    ),
    gettext_noop(
        "The file is cut off or damaged: only %(seconds)s s of %(of)s s can be decoded. Copy or "
        "download it again."
    ),
    gettext_noop(
        "The recording lasts %(seconds)s s; at least %(least)s s are needed. Use a longer version."
    ),
    gettext_noop(
        "The first %(seconds)s seconds, which the network hears, are silent. Use a version that "
        "starts with the music."
    ),
    gettext_noop("The recording is too quiet for its loudness to be measured."),
    gettext_noop(
        "It took too long to listen to this file. Use a shorter version, or convert it to MP3 or "
        "WAV."
    ),
    gettext_noop("Unpacked, this file is too large to listen to. Use a shorter version."),
    gettext_noop(
        "This file can't be decoded: it is damaged. Copy it again, or convert it to MP3 or WAV."
    ),
    gettext_noop(
        "Something went wrong on our side while we listened to it. You can upload it again, or "
        "choose another song."
    ),
]


def in_words(reason: str) -> str:
    """The reason in the language of the page; one that is not known here, as it is."""
    for english in REASONS:
        if found := _pattern(english).fullmatch(reason):
            return _(english) % found.groupdict()
    return reason


def _pattern(english: str) -> re.Pattern[str]:
    escaped = re.escape(english).replace("%\\(", "%(").replace("\\)s", ")s")
    return re.compile(re.sub(r"%\((\w+)\)s", r"(?P<\1>.+?)", escaped))
