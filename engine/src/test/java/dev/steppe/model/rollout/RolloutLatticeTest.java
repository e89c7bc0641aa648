package dev.steppe.model.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class RolloutLatticeTest {
    /** Rows: from; columns: verb. A state is where it leads, "=" is refused as done before, "-" is refused. */
    private static final String TABLE = """
            from       | RUN     PREPARE    COMMIT     UNBLOCK    FAIL   CANCEL    UNSTAGE
            PENDING    | RUNNING -          -          -          FAILED CANCELLED CANCELLED
            RUNNING    | =       -          -          -          FAILED CANCELLED -
            BLOCKED    | =       UNBLOCKING -          SUCCESSFUL FAILED CANCELLED -
            UNBLOCKING | =       =          SUCCESSFUL SUCCESSFUL FAILED CANCELLED -
            SUCCESSFUL | =       =          =          =          =      =         -
            FAILED     | -       -          -          -          =      =         -
            CANCELLED  | -       -          -          -          =      =         =
            """;

    @Test
    void leadsWhereTheTableSays() {
        StringBuilder table = new StringBuilder();
        table.append(row("from", RolloutVerb.values()));
        for (DeploymentStatus from : DeploymentStatus.values()) {
            List<String> cells = new ArrayList<>();
            for (RolloutVerb verb : RolloutVerb.values()) {
                String refused = RolloutLattice.isAlready(from, verb) ? "=" : "-";
                cells.add(RolloutLattice.target(from, verb).map(Enum::name).orElse(refused));
            }
            table.append(row(from.name(), cells.toArray()));
        }
        assertEquals(TABLE, table.toString());
    }

    @Test
    void neverGoesDownAndNeverLeavesATerminalState() {
        for (DeploymentStatus from : DeploymentStatus.values()) {
            for (RolloutVerb verb : RolloutVerb.values()) {
                RolloutLattice.target(from, verb).ifPresent(to -> {
                    assertFalse(from.isTerminal());
                    assertFalse(from.isAtLeast(to), () -> from + " -" + verb + "-> " + to);
                });
            }
        }
    }

    private static String row(String from, Object[] cells) {
        return String.format(
                        Locale.ROOT,
                        "%-10s | %-7s %-10s %-10s %-10s %-6s %-9s %s",
                        from,
                        cells[0],
                        cells[1],
                        cells[2],
                        cells[3],
                        cells[4],
                        cells[5],
                        cells[6])
                + "\n";
    }
}
