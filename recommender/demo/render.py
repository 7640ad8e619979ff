"""From parts to sound: sound font, amplifier, room, mix and loudness, all offline.

Stereo signals are float64 arrays of shape (samples, 2) at 44.1 kHz.
"""

from __future__ import annotations

import importlib.util
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tinysoundfont
from numpy.typing import NDArray
from scipy import ndimage, signal
from theory import Note, Part, Rng

Signal = NDArray[np.float64]
# Onset and end in seconds.
Event = tuple[float, float, Note]

RATE = 44_100
SECONDS = 30.0
SAMPLES = int(RATE * SECONDS)
TARGET_LUFS = -16.0
LEVEL = 0.1
# The MP3 coder overshoots by up to about a decibel: headroom for -1 dBFS after decoding.
CEILING = 10 ** (-2.2 / 20)


@dataclass(slots=True)
class Music:
    """A piece ready to be played: its parts, tempo, groove and the manner of the mix.

    ``swing`` is the share of a ``swing_cell`` (beats) that its first half takes: 0.5 is
    straight. ``tempo`` maps beats to seconds where the tempo moves, and replaces ``bpm``.
    """

    bpm: float
    parts: list[Part] = field(default_factory=list)
    swing: float = 0.5
    swing_cell: float = 0.5
    looseness: float = 0.006
    room: float = 1.2
    crackle: float = 0.0
    lowpass: float = 0.0
    saturation: float = 0.0
    fade_out: float = 0.03
    mono: bool = False
    start_beat: float = 0.0
    tempo: Callable[[float], float] | None = None

    @property
    def beats(self) -> float:
        return SECONDS * self.bpm / 60

    def seconds(self, beat: float) -> float:
        beat -= self.start_beat
        if self.tempo is not None:
            return self.tempo(beat)
        cell, place = divmod(beat, self.swing_cell)
        share = place / self.swing_cell
        late = share * 2 * self.swing
        if share >= 0.5:
            late = self.swing + (share - 0.5) * 2 * (1 - self.swing)
        return (cell + late) * self.swing_cell * 60 / self.bpm


def sound_font() -> bytes:
    """The TimGM6mb sound font, read from where the pretty_midi package keeps it."""
    spec = importlib.util.find_spec("pretty_midi")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pretty_midi, which carries the sound font, is not installed")
    return (Path(spec.submodule_search_locations[0]) / "TimGM6mb.sf2").read_bytes()


def seed_of(text: str) -> int:
    """A seed that is the same on every machine, unlike ``hash``."""
    return zlib.crc32(text.encode())


def render(music: Music, seed: int, font: bytes) -> Signal:
    """Play, mix and master a piece; the same seed and sound font give the same samples."""
    rng = np.random.default_rng(seed)
    duck = _ducking(music)
    dry, send = np.zeros((SAMPLES, 2)), np.zeros((SAMPLES, 2))
    for part in music.parts:
        sound = _channel(music, part, rng, font)
        if part.duck:
            sound *= duck[:, None]
        dry += sound
        send += part.wet * sound
    mixed = dry + _reverberate(send, music.room, rng)
    if music.lowpass:
        mixed = _filter(mixed, music.lowpass, "low", order=3)
    if music.crackle:
        mixed += music.crackle * _vinyl(rng) * _rms(mixed)
    return _master(mixed, music)


def _channel(music: Music, part: Part, rng: Rng, font: bytes) -> Signal:
    """One part: played, amplified, filtered, set to its level and place."""
    events = _events(music, part, rng)
    match part.voice:
        case "sub":
            sound = _play_sub(events)
        case "kick":
            sound = _play_kick(events)
        case _:
            sound = _play_font(part, events, font)
    if part.drive:
        sound = _amplify(sound, part.drive)
    if part.lowpass:
        sound = _filter(sound, part.lowpass, "low")
    if part.highpass:
        sound = _filter(sound, part.highpass, "high")
    sound *= 10 ** (part.gain_db / 20) * LEVEL / _level(sound)
    left, right = np.cos((part.pan + 1) * np.pi / 4), np.sin((part.pan + 1) * np.pi / 4)
    # Drums and pianos are stereo in the font: a balance control keeps their image.
    return sound * np.array([left, right]) * np.sqrt(2)


def _events(music: Music, part: Part, rng: Rng) -> list[Event]:
    """Onset and end in seconds of every note that sounds, with a player's small errors."""
    events = []
    lean = rng.normal(0, music.looseness / 2)
    for note in sorted(part.notes, key=lambda n: (n.beat, n.pitch)):
        slip = lean + np.clip(rng.normal(0, music.looseness), -0.02, 0.02)
        start = music.seconds(note.beat) + (slip if note.beat > music.start_beat else 0.0)
        end = music.seconds(note.beat + note.length) - 0.004
        touch = float(np.clip(note.loudness * (1 + rng.normal(0, 0.06)), 0.05, 1.0))
        if start < SECONDS and note.beat >= music.start_beat:
            played = Note(note.beat, note.length, note.pitch, touch)
            events.append((max(start, 0.0), max(end, start + 0.03), played))
    return events


def _play_font(part: Part, events: list[Event], font: bytes) -> Signal:
    synth = tinysoundfont.Synth(gain=-12.0, samplerate=RATE)
    bank = synth.sfload(font)
    synth.program_select(0, bank, 128 if part.drums else 0, part.program)
    actions = [(round(a * RATE), 1, note) for a, _, note in events]
    actions += [(round(b * RATE), 0, note) for _, b, note in events if not part.drums]
    actions.sort(key=lambda action: (action[0], action[1], action[2].pitch))
    chunks, now = [], 0
    for when, on, note in actions:
        if when >= SAMPLES:
            break
        if when > now:
            chunks.append(np.frombuffer(synth.generate(when - now), dtype=np.float32))
            now = when
        if on:
            synth.noteon(0, note.pitch, max(1, round(127 * note.loudness)))
        else:
            synth.noteoff(0, note.pitch)
    chunks.append(np.frombuffer(synth.generate(SAMPLES - now), dtype=np.float32))
    return np.concatenate([chunk.reshape(-1) for chunk in chunks]).reshape(-1, 2).astype(float)


def _play_sub(events: list[Event]) -> Signal:
    """A long sine bass with a falling start and some grit, as from a tuned bass drum."""

    def tone(seconds: float, note: Note) -> NDArray[np.float64]:
        t = np.arange(int(seconds * RATE)) / RATE
        frequency = 440 * 2 ** ((note.pitch - 69) / 12)
        phase = 2 * np.pi * (frequency * t + 0.9 * (1 - np.exp(-t / 0.012)))
        swell = np.minimum(1, t / 0.004) * np.exp(-t / 0.9) * np.clip((seconds - t) / 0.03, 0, 1)
        return np.tanh(1.8 * np.sin(phase)) * swell * 0.4

    return _sum_tones(events, tone)


def _play_kick(events: list[Event]) -> Signal:
    """A bass drum: a sine that falls from 180 to about 50 Hz in a few hundredths of a second."""

    def tone(_: float, note: Note) -> NDArray[np.float64]:
        t = np.arange(int(0.35 * RATE)) / RATE
        phase = 2 * np.pi * (50 * t + 130 * 0.022 * (1 - np.exp(-t / 0.022)))
        return np.tanh(1.6 * np.sin(phase)) * np.exp(-t / 0.11) * np.clip((0.35 - t) / 0.05, 0, 1)

    return _sum_tones(events, tone)


def _sum_tones(events: list[Event], tone: Callable[[float, Note], NDArray[np.float64]]) -> Signal:
    mono = np.zeros(SAMPLES)
    for start, end, note in events:
        first = round(start * RATE)
        samples = tone(end - start, note)[: SAMPLES - first]
        mono[first : first + len(samples)] += samples * note.loudness
    return np.repeat(mono[:, None], 2, axis=1)


def _amplify(sound: Signal, drive: float) -> Signal:
    """A guitar amplifier: tight lows, four-times oversampled clipping, a speaker cabinet."""
    level = max(_rms(sound), 1e-6)
    tight = _filter(sound.mean(axis=1) / level, 110, "high")
    loud = signal.resample_poly(tight, 4, 1)
    # A little asymmetry gives the even harmonics of a valve.
    clipped = signal.resample_poly(np.tanh(drive * loud + 0.15) - np.tanh(0.15), 1, 4)
    speaker = _filter(_filter(clipped[: len(sound)], 85, "high"), 4_600, "low", order=4)
    presence = _filter(_filter(speaker, 1_600, "high"), 3_600, "low")
    shaped = speaker + 0.3 * presence
    return np.repeat(shaped[:, None], 2, axis=1)


def _filter(
    sound: NDArray[np.float64], hz: float, kind: str, order: int = 2
) -> NDArray[np.float64]:
    sections = signal.butter(order, hz, kind, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=0))


def _rms(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))


def _level(sound: Signal) -> float:
    """How loud a part is where it plays loudly: instruments of the font differ by 30 dB."""
    blocks = np.square(sound[: SAMPLES // 2205 * 2205]).reshape(-1, 2205, 2).mean(axis=(1, 2))
    heard = blocks[blocks > blocks.max() * 1e-3]
    return float(np.sqrt(np.percentile(heard, 90))) if blocks.max() > 0 else 1.0


def _ducking(music: Music) -> NDArray[np.float64]:
    """A gain curve that dips at every kick, so that the bass leaves it room."""
    gain = np.ones(SAMPLES)
    dip = 1 - 0.65 * np.exp(-np.arange(int(0.25 * RATE)) / RATE / 0.08)
    for part in music.parts:
        if part.voice == "kick":
            for note in part.notes:
                first = max(0, round(music.seconds(note.beat) * RATE))
                stretch = gain[first : first + len(dip)]
                np.minimum(stretch, dip[: len(stretch)], out=stretch)
    return gain


def _reverberate(send: Signal, seconds: float, rng: Rng) -> Signal:
    """Convolve with decaying noise that darkens, different left and right."""
    t = np.arange(int(seconds * RATE)) / RATE
    noise = rng.normal(size=(len(t), 2)) * np.exp(-6.9 * t / seconds)[:, None]
    noise[: int(0.012 * RATE)] = 0.0
    dark = _filter(noise, 2_200, "low", order=1) + 0.15 * noise
    impulse = _filter(dark, 180, "high", order=1)
    impulse /= np.sqrt(np.sum(impulse**2) / 2)
    return np.asarray(signal.fftconvolve(send, impulse, axes=0)[:SAMPLES])


def _vinyl(rng: Rng) -> Signal:
    """Surface noise and sparse clicks of a worn record, at about unit RMS."""
    hiss = _filter(_filter(rng.normal(size=(SAMPLES, 2)), 400, "high"), 6_000, "low")
    clicks = np.zeros((SAMPLES, 2))
    places = rng.integers(0, SAMPLES, size=240)
    clicks[places] = rng.exponential(30.0, size=(240, 1)) * rng.choice([-1, 1], size=(240, 1))
    return hiss + _filter(_filter(clicks, 900, "high"), 7_000, "low")


def loudness(sound: Signal) -> float:
    """Integrated loudness in LUFS: K-weighting and gates of ITU-R BS.1770, at 44.1 kHz."""
    shelf = ([1.5308412, -2.6509800, 1.1690791], [1.0, -1.6636551, 0.7125954])
    cut = ([1.0, -2.0, 1.0], [1.0, -1.9891696, 0.9891990])
    weighted = signal.lfilter(*cut, signal.lfilter(*shelf, sound, axis=0), axis=0)
    block, hop = int(0.4 * RATE), int(0.1 * RATE)
    total = np.concatenate([[0.0], np.cumsum(np.sum(weighted**2, axis=1))])
    starts = np.arange(0, len(sound) - block, hop)
    power = (total[starts + block] - total[starts]) / block
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    power = power[power > np.mean(power) * 0.1]
    return float(-0.691 + 10 * np.log10(np.mean(power)))


def _master(mixed: Signal, music: Music) -> Signal:
    """Remove what is below hearing, colour, bring to the target loudness, limit and fade."""
    sound = _filter(mixed, 25, "high")
    if music.saturation:
        scale = 5.5 * _rms(sound)
        sound = scale * np.tanh(sound * (1 + music.saturation) / scale)
    if music.mono:
        sound = sound.mean(axis=1, keepdims=True).repeat(2, axis=1)
    for _ in range(3):
        sound = _limit(sound * 10 ** ((TARGET_LUFS - loudness(sound)) / 20))
    fade_in, fade_out = int(0.015 * RATE), int(music.fade_out * RATE)
    sound[:fade_in] *= np.linspace(0, 1, fade_in)[:, None]
    sound[-fade_out:] *= (np.linspace(1, 0, fade_out) ** 1.5)[:, None]
    return sound


def _limit(sound: Signal) -> Signal:
    """Turn down around peaks above the ceiling, over 6 ms, so that nothing clips."""
    span = 2 * int(0.003 * RATE) + 1
    peak = ndimage.maximum_filter1d(np.abs(sound).max(axis=1), 2 * span)
    gain = ndimage.uniform_filter1d(np.minimum(1.0, CEILING / np.maximum(peak, 1e-9)), span)
    return sound * gain[:, None]
