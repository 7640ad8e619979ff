"""The recommender without Django: audio in, genre vectors and playlists out."""
