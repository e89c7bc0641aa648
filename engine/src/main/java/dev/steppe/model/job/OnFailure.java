package dev.steppe.model.job;

/** Which regions fail with a failed one ({@code multiregion.md} 2.9). */
public enum OnFailure {
    /** Those after it in the list. */
    DEFAULT(""),
    /** All of them. */
    FAIL_ALL("fail_all"),
    /** No other. */
    FAIL_LOCAL("fail_local");

    private final String text;

    OnFailure(String text) {
        this.text = text;
    }

    /** As written in a job file; empty for the default. */
    public String text() {
        return text;
    }
}
