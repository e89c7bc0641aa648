package dev.steppe.raft.explore;

/** One state of everything: numbers of members, of a history, and of all messages that were ever sent, ascending. */
final class World {
    final int[] members;
    int history;
    int[] packets = new int[64];
    int packetCount;

    World(int memberCount) {
        members = new int[memberCount];
    }

    World set(World other) {
        System.arraycopy(other.members, 0, members, 0, members.length);
        history = other.history;
        packetCount = other.packetCount;
        if (packets.length < packetCount) {
            packets = new int[other.packets.length];
        }
        System.arraycopy(other.packets, 0, packets, 0, packetCount);
        return this;
    }

    boolean hasPacket(int packet) {
        return java.util.Arrays.binarySearch(packets, 0, packetCount, packet) >= 0;
    }

    void addPacket(int packet) {
        if (packetCount == packets.length) {
            packets = java.util.Arrays.copyOf(packets, 2 * packetCount);
        }
        int at = packetCount++;
        while (at > 0 && packets[at - 1] > packet) {
            packets[at] = packets[at - 1];
            at--;
        }
        packets[at] = packet;
    }

    /** Writes this world as words; returns how many. */
    int encode(int[] words) {
        int count = 0;
        for (int member : members) {
            words[count++] = member;
        }
        words[count++] = history;
        for (int i = 0; i < packetCount; i++) {
            words[count++] = i == 0 ? packets[0] : packets[i] - packets[i - 1];
        }
        return count;
    }

    /** Becomes the world of these words. */
    void decode(int[] words, int count) {
        System.arraycopy(words, 0, members, 0, members.length);
        history = words[members.length];
        packetCount = count - members.length - 1;
        if (packets.length < packetCount) {
            packets = new int[2 * packetCount];
        }
        for (int i = 0; i < packetCount; i++) {
            packets[i] = words[members.length + 1 + i] + (i == 0 ? 0 : packets[i - 1]);
        }
    }
}
