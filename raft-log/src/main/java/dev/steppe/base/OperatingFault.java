package dev.steppe.base;

/**
 * The world did not do what was asked of it: a disk, a socket, a file that is not ours. Checked, because each caller
 * decides; the message is one sentence that says what, where, and what to do.
 */
public class OperatingFault extends Exception {
    private static final long serialVersionUID = 1L;

    /** A fault that was found by a check of our own. */
    public OperatingFault(String message) {
        super(message);
    }

    /** A fault that the platform reported. */
    public OperatingFault(String message, Throwable cause) {
        super(message, cause);
    }
}
