package dev.steppe.raft.core;

import dev.steppe.raft.message.RaftMessage;

/**
 * Everything that can happen to a core. The frequent ones are cells that their owner fills again and again, so that a
 * step allocates nothing; a core keeps none of them beyond the step.
 */
public sealed interface RaftInput {
    /** A message of another member has arrived. */
    final class Arrived implements RaftInput {
        private RaftMessage message;

        /** A cell with its first message. */
        public Arrived(RaftMessage message) {
            this.message = message;
        }

        /** Holds another message now. */
        public Arrived set(RaftMessage newMessage) {
            message = newMessage;
            return this;
        }

        /** What arrived. */
        public RaftMessage message() {
            return message;
        }
    }

    /** The embedder proposes a run of commands. */
    final class Proposed implements RaftInput {
        private int entryCount;
        private int entryBytes;

        /** {@code newEntryCount} commands, at least one; {@code newEntryBytes} with the headers of their records. */
        public Proposed set(int newEntryCount, int newEntryBytes) {
            entryCount = newEntryCount;
            entryBytes = newEntryBytes;
            return this;
        }

        /** How many commands. */
        public int entryCount() {
            return entryCount;
        }

        /** Their bytes, headers included. */
        public int entryBytes() {
            return entryBytes;
        }
    }

    /** The log has forced entries. */
    final class Forced implements RaftInput {
        private long forcedIndex;
        private long cutCount;

        /**
         * Everything up to {@code newForcedIndex} is forced, as seen by a log that had carried out the first
         * {@code newCutCount} cuts. A notice from before the latest cut is void: its entries may be other ones.
         */
        public Forced set(long newForcedIndex, long newCutCount) {
            forcedIndex = newForcedIndex;
            cutCount = newCutCount;
            return this;
        }

        /** Last forced entry. */
        public long forcedIndex() {
            return forcedIndex;
        }

        /** How many cuts the log had carried out. */
        public long cutCount() {
            return cutCount;
        }
    }

    /**
     * The vault has forced term and vote.
     *
     * @param hardSequence number that came with them in the output; all earlier ones are covered
     */
    record VaultForced(long hardSequence) implements RaftInput {}

    /** The embedder asks for a linearizable read. */
    final class ReadAsked implements RaftInput {
        private long readId;

        /** The embedder's own number for it; comes back in the answer. */
        public ReadAsked set(long newReadId) {
            readId = newReadId;
            return this;
        }

        /** The embedder's number. */
        public long readId() {
            return readId;
        }
    }

    /** Only time has passed. */
    enum Passed implements RaftInput {
        TIME
    }
}
