package dev.steppe.raft.message;

import dev.steppe.raft.message.sbe.MembershipDecoder;
import dev.steppe.raft.message.sbe.MembershipEncoder;
import dev.steppe.raft.message.sbe.MessageHeaderDecoder;
import dev.steppe.raft.message.sbe.MessageHeaderEncoder;
import dev.steppe.raft.message.sbe.YesNo;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.quorum.Membership.Server;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A membership in bytes, as it stands in the payload of a log entry and in the header of a snapshot. There is one way
 * to write each membership, and no other is read. Keeps flyweights, so it belongs to one owner; memberships change
 * rarely, so it may allocate.
 */
public final class MembershipCodec {
    private static final int SERVER_BYTES =
            MembershipEncoder.ServersEncoder.sbeBlockLength() + MembershipEncoder.ServersEncoder.hostHeaderLength();
    private static final int FIXED_BYTES = MessageHeaderEncoder.ENCODED_LENGTH
            + MembershipEncoder.BLOCK_LENGTH
            + MembershipEncoder.ServersEncoder.sbeHeaderSize();

    /** Bytes that any membership takes at most. */
    public static final int BYTES_MAX = FIXED_BYTES
            + (Membership.VOTERS_MAX + Membership.LEARNERS_MAX) * (SERVER_BYTES + Membership.HOST_CHARS_MAX);

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final MembershipEncoder encoder = new MembershipEncoder();
    private final MembershipDecoder decoder = new MembershipDecoder();

    /** Exactly the bytes that {@code membership} takes. */
    public static int lengthOf(Membership membership) {
        int bytes = FIXED_BYTES;
        for (Server server : membership.servers()) {
            bytes += SERVER_BYTES + server.host().length();
        }
        return bytes;
    }

    /** Writes {@code membership}, which must fit its limits, at {@code offset}; returns the bytes written. */
    public int encode(Membership membership, MutableDirectBuffer buffer, int offset) {
        if (!membership.fits()) {
            throw new IllegalArgumentException("too many servers: " + membership);
        }
        encoder.wrapAndApplyHeader(buffer, offset, headerEncoder);
        MembershipEncoder.ServersEncoder group = encoder.serversCount(membership.serverCount());
        for (int i = 0; i < membership.serverCount(); i++) {
            Server server = membership.server(i);
            byte[] host = server.host().getBytes(StandardCharsets.US_ASCII);
            group.next()
                    .directoryId(server.directoryId())
                    .port(server.port())
                    .memberId((short) server.memberId())
                    .votes(i < membership.voterCount() ? YesNo.YES : YesNo.NO)
                    .putHost(host, 0, host.length);
        }
        return encoder.limit() - offset;
    }

    /** Reads the {@code length} bytes at {@code offset} as exactly one membership; null if they are none. */
    public @Nullable Membership decode(DirectBuffer buffer, int offset, int length) {
        if (length < FIXED_BYTES || length > BYTES_MAX) {
            return null;
        }
        headerDecoder.wrap(buffer, offset);
        boolean isMembership = headerDecoder.schemaId() == MessageHeaderDecoder.SCHEMA_ID
                && headerDecoder.version() == MessageHeaderDecoder.SCHEMA_VERSION
                && headerDecoder.templateId() == MembershipDecoder.TEMPLATE_ID
                && headerDecoder.blockLength() == MembershipDecoder.BLOCK_LENGTH;
        if (!isMembership) {
            return null;
        }
        int bodyOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        decoder.wrap(buffer, bodyOffset, MembershipDecoder.BLOCK_LENGTH, MembershipDecoder.SCHEMA_VERSION);
        return decodeServers(buffer, offset + length);
    }

    private @Nullable Membership decodeServers(DirectBuffer buffer, int endOffset) {
        MembershipDecoder.ServersDecoder group = decoder.servers();
        if (group.actingBlockLength() != MembershipDecoder.ServersDecoder.sbeBlockLength()) {
            return null;
        }
        List<Server> voters = new ArrayList<>();
        List<Server> learners = new ArrayList<>();
        int lastId = 0;
        while (group.hasNext()) {
            int serverOffset = decoder.limit();
            int hostOffset = serverOffset + MembershipDecoder.ServersDecoder.sbeBlockLength();
            boolean hasHost = hostOffset + MembershipDecoder.ServersDecoder.hostHeaderLength() <= endOffset;
            if (!hasHost || hostOffset + 1 + (buffer.getByte(hostOffset) & 0xFF) > endOffset) {
                return null;
            }
            group.next();
            boolean votes = group.votesRaw() == YesNo.YES.value();
            boolean isFirstLearner = !votes && learners.isEmpty();
            boolean isInOrder = votes ? learners.isEmpty() : group.votesRaw() == YesNo.NO.value();
            if (!isInOrder || (!isFirstLearner && group.memberId() <= lastId)) {
                return null;
            }
            lastId = group.memberId();
            Server server = serverOf(group);
            if (server == null) {
                return null;
            }
            (votes ? voters : learners).add(server);
        }
        return decoder.limit() == endOffset ? membershipOf(voters, learners) : null;
    }

    private static @Nullable Server serverOf(MembershipDecoder.ServersDecoder group) {
        int memberId = group.memberId();
        long directoryId = group.directoryId();
        int port = group.port();
        String host = group.host();
        boolean isHost = !host.isEmpty()
                && host.length() <= Membership.HOST_CHARS_MAX
                && host.chars().allMatch(c -> c > ' ' && c < 127);
        if (memberId < 1 || memberId > Membership.MEMBER_ID_MAX || !isHost) {
            return null;
        }
        return new Server(memberId, directoryId, host, port);
    }

    private static @Nullable Membership membershipOf(List<Server> voters, List<Server> learners) {
        boolean isTwice = learners.stream()
                .anyMatch(learner -> voters.stream().anyMatch(voter -> voter.memberId() == learner.memberId()));
        if (voters.isEmpty() || isTwice) {
            return null;
        }
        Membership membership = Membership.of(voters, learners);
        return membership.fits() ? membership : null;
    }
}
