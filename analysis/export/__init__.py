"""What goes with a study's tables, so that they can be read elsewhere: their description for
machines and for people, the study's file, and scripts to begin with."""
