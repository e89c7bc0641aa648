package dev.steppe.raft.node.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.steppe.raft.node.mail.MailPen;
import dev.steppe.raft.node.mail.NodeMail;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoleNewsTest {
    private final NodeMail mail = new NodeMail(1_024, 1_024, 16);
    private final MailPen pen = new MailPen(mail.apply);
    private final RoleNews news = new RoleNews(pen);

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        mail.apply.drain(
                (type, buffer, offset, length) -> {
                    if (type != NodeMail.APPLY) {
                        taken.add(type + ": " + NodeMail.word(buffer, offset, 0) + " "
                                + NodeMail.word(buffer, offset, 1) + " " + NodeMail.word(buffer, offset, 2));
                    }
                },
                1_000);
        return taken;
    }

    @Test
    void tellsAtOnceWhatThereIsRoomFor() {
        news.leads(3, 1, 7);
        news.abandonBehind(6);
        news.follows(4, 2);
        assertTrue(news.isTold());
        assertEquals(List.of("4: 3 1 7", "3: 6 0 0", "4: 4 2 0"), taken());
    }

    /** A box that stays full for minutes breaks nothing: the latest of each kind waits, in their order. */
    @Test
    void keepsTheLatestWhileTheBoxIsFull() {
        while (pen.offer(NodeMail.APPLY, 1, 0, 0, 0)) {
            // Until the box is full.
        }
        news.abandonBehind(9);
        news.follows(2, -1);
        news.leads(3, 1, 12);
        news.abandonBehind(11);
        news.follows(4, 2);
        assertFalse(news.isTold());
        news.leads(5, 1, 20);
        assertFalse(news.isTold());
        assertEquals(List.of(), taken());
        assertTrue(news.isTold());
        assertEquals(List.of("3: 9 0 0", "4: 4 2 0", "4: 5 1 20"), taken());
    }
}
