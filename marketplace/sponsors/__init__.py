"""What somebody pays to have shown beside the directory: apart from the experts, labelled, and moving nobody."""
