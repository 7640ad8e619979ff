"""Every number that decides what the network hears. Change one and the model must be trained
anew."""

# What is heard of a recording
CLIP_SECONDS = 30.0
MIN_SECONDS = 5.0
MAX_SECONDS = 3600.0
MIN_SAMPLE_RATE = 8_000
MAX_SAMPLE_RATE = 192_000
MAX_CHANNELS = 8

# A clip has something to hear if its loudest sample is above -60 dBFS, and a second of it, in all,
# above -80 dBFS on average over 0.1 s. What changes more slowly than sound does is left out.
SILENT_PEAK = 1e-3
SILENT_RMS = 1e-4
AUDIBLE_SECONDS = 1.0

# Full scale is 1, and programs that count otherwise write samples in the thousands.
LARGEST_SAMPLE = 100.0

# Channels whose mean holds less than this share of their power cancel each other out.
CANCELLED = 0.01

# Decoding works in blocks, so a small file that unpacks to hours costs bounded memory and time.
BLOCK_FRAMES = 65_536
DECODE_TIMEOUT_S = 120.0

# The mel-spectrogram: 44.1 kHz, or 22.05 kHz with window and hop halved, so bands and frames agree.
SAMPLE_RATE = 44_100
HALF_RATE = 22_050
N_FFT = 2_048
HOP = 512
N_MELS = 128
TOP_DB = 80.0

# The network's input: the archives of spectrogram images have one column each 30 s / 128.
BANDS = 64
TOP_HZ = 10_600.0
COLUMNS = 128
COLUMN_SECONDS = CLIP_SECONDS / COLUMNS
CROP_COLUMNS = 64
PHASES = 4

# The fingerprint that recognises duplicate recordings
FINGERPRINT_BANDS = 16
FINGERPRINT_COLUMNS = 32

# What one file of unknown origin may use while it is heard: wall clock, and address space.
APART_SECONDS = 15.0
APART_MEMORY = 1024**3
# And while it is copied, for which nobody waits.
COPY_SECONDS = 60.0
