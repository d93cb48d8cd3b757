int linked;
