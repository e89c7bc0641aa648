package dev.steppe.raft.rescue;

/** What became of a rescue. */
public sealed interface RescueVerdict {
    /**
     * The new group stands, forced and read back.
     *
     * @param oldClusterId identity of the group that is given up
     * @param memberId the only member, under its old id
     * @param directoryId identity of the new directory
     * @param snapshotIndex entries up to it are in a snapshot; 0 if there is none
     * @param lastIndex last entry that was kept
     * @param lastTerm its term
     * @param isTailLeft whether bytes lay behind it that nothing explains; they were left where they are
     */
    record Rescued(
            long oldClusterId,
            int memberId,
            long directoryId,
            long snapshotIndex,
            long lastIndex,
            long lastTerm,
            boolean isTailLeft)
            implements RescueVerdict {}

    /** Nothing can be made of these directories; no server will start on the new one, which may be removed. */
    record Refused(String sentence) implements RescueVerdict {}
}
