"""The demo's experts, a module for each category. Everybody is made up; nobody gives advice that needs a licence."""
