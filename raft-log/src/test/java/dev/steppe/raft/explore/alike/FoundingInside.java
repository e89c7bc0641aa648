package dev.steppe.raft.explore.alike;

/**
 * What a blank member has heard of the others: who has answered the present look, from which directory each spoke in
 * this one and the one before. Which number a look has makes no difference, for no answer to one is ever under way: a
 * search lets one member ask another, and hear the answer, in one event.
 */
final class FoundingInside {
    private final Object founding;

    FoundingInside(Object founding) {
        this.founding = founding;
    }

    /** Writes what still matters, and makes it timeless: the next look is due in a heartbeat. */
    void write(boolean isQuarantined, StateVector into) {
        CoreFields.setIn(founding, "dueNs", CoreFields.NOW_NS + CoreFields.TIMES.heartbeatNs());
        if (!isQuarantined) {
            return;
        }
        long saidBits = CoreFields.numberIn(founding, "saidBits");
        boolean isSecondLook = CoreFields.numberIn(founding, "isSecondLook") != 0;
        into.plain(CoreFields.numberIn(founding, "highestTerm")).plain(isSecondLook ? 1 : 0);
        into.bits(saidBits).bits(secondOf("saidIds", saidBits));
        into.bits(secondOf("earlierIds", isSecondLook ? -1 : 0));
    }

    /** Those of {@code which} who spoke from their second directory; the voters are members 1 and on. */
    private long secondOf(String name, long which) {
        long[] directoryIds = CoreFields.numbersIn(founding, name);
        long found = 0;
        for (int i = 0; i < directoryIds.length; i++) {
            boolean isMeant = ((which >>> i) & 1) != 0;
            found |= isMeant && directoryIds[i] >= Groups.SECOND ? 1L << i : 0;
        }
        return found;
    }
}
