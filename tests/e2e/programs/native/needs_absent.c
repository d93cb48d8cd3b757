int absent_answer(void);
int asks_absent(void) { return absent_answer(); }
