"""Files: reading, writing, and never losing one."""
