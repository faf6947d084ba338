def display_name(user) -> str:
    return str(user)
