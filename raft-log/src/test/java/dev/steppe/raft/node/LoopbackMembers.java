package dev.steppe.raft.node;

import dev.steppe.raft.api.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** First members of a group on loopback, at ports that were free a moment ago. */
public final class LoopbackMembers {
    private static final String HOST = "127.0.0.1";
    /** From here up to where systems begin to give ports to outgoing connections, which would take a port away. */
    private static final int FIRST_PORT = 10_240;

    private static final int END_PORT = 32_768;

    private LoopbackMembers() {}

    /** Members 1 to {@code count}. */
    public static List<Member> draw(int count) {
        SplittableRandom random = new SplittableRandom();
        List<Member> members = new ArrayList<>();
        while (members.size() < count) {
            int port = random.nextInt(FIRST_PORT, END_PORT);
            if (members.stream().noneMatch(member -> member.port() == port) && isFree(port)) {
                members.add(new Member(members.size() + 1, HOST, port));
            }
        }
        return List.copyOf(members);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
