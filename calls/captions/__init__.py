"""What a person says, written down for the other while they talk, where the installation has captions and both agreed."""
