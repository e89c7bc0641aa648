package dev.steppe.command;

import dev.steppe.command.sbe.MessageHeaderEncoder;
import dev.steppe.command.sbe.NodeSpecDecoder;
import dev.steppe.command.sbe.NodeSpecEncoder;
import dev.steppe.model.job.Resources;
import dev.steppe.model.node.Node;
import java.util.SortedMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The binary form of a node as its client registered it. Owned by one thread; equal nodes have equal bytes. */
public final class NodeCodec {
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final NodeSpecEncoder encoder = new NodeSpecEncoder();
    private final NodeSpecDecoder decoder = new NodeSpecDecoder();
    private final WireCursor cursor = new WireCursor();
    private final WireTexts texts = new WireTexts();

    /** Writes {@code node} at {@code offset}; answers the bytes written. {@code buffer} must have room or expand. */
    public int encode(Node node, MutableDirectBuffer buffer, int offset) {
        encoder.wrapAndApplyHeader(buffer, offset, header)
                .cpuMhz(node.capacity().cpuMhz())
                .memoryMb(node.capacity().memoryMb())
                .diskMb(node.capacity().diskMb())
                .nodeId(node.id())
                .name(node.name())
                .datacenter(node.datacenter())
                .nodeClass(node.nodeClass());
        texts.of(node.attributes());
        encoder.putAttributes(texts.buffer(), 0, texts.lengthBytes());
        texts.of(node.meta());
        encoder.putMeta(texts.buffer(), 0, texts.lengthBytes());
        return encoder.limit() - offset;
    }

    /** Reads the node that fills exactly {@code length} bytes; keeps nothing of {@code buffer}. */
    public Node decode(DirectBuffer buffer, int offset, int length) throws MalformedBytes {
        if (cursor.open(buffer, offset, length) != NodeSpecDecoder.TEMPLATE_ID) {
            throw new MalformedBytes("not a node at byte " + offset);
        }
        decoder.wrapAndApplyHeader(buffer, offset, cursor.block(NodeSpecDecoder.BLOCK_LENGTH));
        if (decoder.cpuMhz() < 0 || decoder.memoryMb() < 0 || decoder.diskMb() < 0) {
            throw new MalformedBytes("a node with negative capacity at byte " + offset);
        }
        Resources capacity = new Resources(decoder.cpuMhz(), decoder.memoryMb(), decoder.diskMb());
        String id = cursor.text(decoder);
        String name = cursor.text(decoder);
        String datacenter = cursor.text(decoder);
        String nodeClass = cursor.text(decoder);
        SortedMap<String, String> attributes = cursor.map(decoder);
        SortedMap<String, String> meta = cursor.map(decoder);
        cursor.end(decoder);
        if (id.isEmpty() || datacenter.isEmpty()) {
            throw new MalformedBytes("a node without id or datacenter at byte " + offset);
        }
        return new Node(id, name, datacenter, nodeClass, attributes, meta, capacity);
    }
}
