package dev.steppe.fsm;

import dev.steppe.command.Command;
import dev.steppe.command.CommandOutcome;
import dev.steppe.command.CommandOutcome.Refused.Code;
import dev.steppe.model.placement.Allocation;
import dev.steppe.model.placement.Allocation.ClientStatus;
import dev.steppe.model.placement.Allocation.DesiredStatus;
import dev.steppe.model.placement.Allocation.Health;

/**
 * What clients say. A status only goes on (pending, running, ended), one that ended or was lost stays so (its successor
 * has its place), and what ended is not healthy. Of an allocation that is not wanted any more the status is kept and
 * the health passed over.
 */
final class ReportCommands {
    private ReportCommands() {}

    static CommandOutcome report(EntryTx entry, Command.ReportAllocations command) {
        if (entry.state().node(command.nodeId()) == null) {
            return entry.refused(Code.NOT_FOUND, "node " + command.nodeId() + " does not exist");
        }
        DeploymentDeltas deltas = new DeploymentDeltas();
        for (Command.ReportAllocations.Report report : command.reports()) {
            Allocation row = entry.state().allocation(report.id());
            boolean isForClients = report.client() != ClientStatus.LOST;
            if (isForClients && row != null && row.nodeId().equals(command.nodeId())) {
                apply(entry, row, report, deltas);
            }
        }
        deltas.flush(entry);
        return entry.done();
    }

    private static void apply(
            EntryTx entry, Allocation row, Command.ReportAllocations.Report report, DeploymentDeltas deltas) {
        Allocation.Status before = row.status();
        ClientStatus client = client(before.client(), report.client());
        Health health = health(before, client, report.health());
        if (client == before.client() && health == before.health()) {
            return;
        }
        if (before.desired() == DesiredStatus.RUN) {
            deltas.health(row, health);
        }
        long healthIndex = health == before.health() ? before.healthIndex() : entry.index();
        entry.state()
                .putAllocation(row.withStatus(
                        new Allocation.Status(before.desired(), client, health, before.description(), healthIndex),
                        entry.index()));
    }

    private static ClientStatus client(ClientStatus before, ClientStatus said) {
        return switch (before) {
            case COMPLETE, FAILED, LOST -> before;
            case RUNNING -> said == ClientStatus.PENDING ? before : said;
            case PENDING -> said;
        };
    }

    private static Health health(Allocation.Status before, ClientStatus client, Health said) {
        if (before.desired() == DesiredStatus.STOP) {
            return before.health();
        }
        if (client.isTerminal()) {
            return Health.UNHEALTHY;
        }
        return said == Health.UNKNOWN ? before.health() : said;
    }
}
