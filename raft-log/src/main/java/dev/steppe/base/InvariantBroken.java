package dev.steppe.base;

/** Something that always holds did not. Nobody handles it; the process stops with the numbers in the message. */
public final class InvariantBroken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvariantBroken(String message) {
        super(message);
    }
}
