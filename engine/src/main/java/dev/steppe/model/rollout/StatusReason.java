package dev.steppe.model.rollout;

/** Why a deployment stands where it stands ({@code scheduling.md} 1.9.5, {@code multiregion.md} 2.4). */
public enum StatusReason {
    NONE(""),
    UNHEALTHY("an allocation is unhealthy"),
    PROGRESS_DEADLINE("no progress within the progress deadline"),
    STALL("no progress anywhere in the rollout within the stall time"),
    PEER("another region failed"),
    OPERATOR("an operator said so"),
    SUPERSEDED("a newer version was submitted"),
    STOPPED("the job was stopped"),
    ABORTED("its registration was aborted");

    private final String text;

    StatusReason(String text) {
        this.text = text;
    }

    /** In words. */
    public String text() {
        return text;
    }
}
