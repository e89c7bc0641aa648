package dev.steppe.command;

import dev.steppe.base.OperatingFault;

/**
 * Bytes that are not what they should be: cut off, damaged, from another version, or written by something else. A
 * committed entry that is malformed is a broken invariant, and it is for the reader of the log to say so.
 */
public final class MalformedBytes extends OperatingFault {
    private static final long serialVersionUID = 1L;

    /** {@code message} says what was wrong and at which byte. */
    public MalformedBytes(String message) {
        super(message);
    }
}
