"""The command line `w2vref`."""
