package dev.steppe.raft.explore;

import dev.steppe.raft.core.RaftCore.Role;
import dev.steppe.raft.explore.alike.Groups;
import dev.steppe.raft.explore.member.Event;
import dev.steppe.raft.explore.member.Member;
import dev.steppe.raft.explore.said.Packet;
import dev.steppe.raft.explore.said.RuleBroken;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A story of a world, a line for each thing that happens. What a search prints is a script; people write them too.
 *
 * <pre>
 * deliver 1&gt;2 AppendAsk !run  the latest of them that has this word nowhere
 * campaign 1 with 2         member 1 times out, and 2 says that it would vote for it
 * deliver 1&gt;2 VoteAsk       the latest message from 1 to 2 that has all these words arrives
 * timeout 1, tire 1, heartbeat 1, stall 1, resign 1
 * vault 1 1, force 1, quiet-force 1, notice 1
 * propose 1 7, read 1 1     a client's seventh command, its first read
 * look 1 2                  blank, 1 asks 2 whether the group is new, and is answered
 * wipe 1                    its directory is another one, and empty
 * crash 1 0                 0 = the disk keeps what it held for certain
 * elect 1 with 2            campaign, and the votes of 1 and 2
 * settle 1 2                everything between 1 and 2 arrives once and is forced, until nothing new is said
 * lose                      what was said until now never arrives
 * lose 1&gt;2 2&gt;1              what these said to each other
 * expect 1 leader           or follower, candidate; term 2; commit 3; log 1:empty 1:command1
 * </pre>
 */
final class Script {
    private static final int SETTLE_MAX = 10_000;

    private final WorldMachine worlds;
    private final World world;
    private final World child;
    private final Set<Integer> heard = new HashSet<>();
    private long marks;

    private Script(WorldMachine worlds) {
        this.worlds = worlds;
        world = worlds.first();
        child = new World(world.members.length);
    }

    /** The world after these lines. Throws {@link RuleBroken} if a rule does not hold. */
    static World run(WorldMachine worlds, String lines) {
        return play(worlds, lines).world;
    }

    /** As {@link #run}; keeps the marks. */
    static Script play(WorldMachine worlds, String lines) {
        Script script = new Script(worlds);
        for (String line : lines.lines().toList()) {
            String said = line.replaceAll("#.*", "").strip();
            if (!said.isEmpty()) {
                script.say(List.of(said.split("\\s+")));
            }
        }
        return script;
    }

    long marks() {
        return marks;
    }

    private void say(List<String> words) {
        String verb = words.get(0);
        switch (verb) {
            case "deliver" -> happen(packet(words.subList(1, words.size())));
            case "campaign" -> campaign(words);
            case "elect" -> elect(words);
            case "settle" -> settle(words.subList(1, words.size()));
            case "lose" -> lose(words.subList(1, words.size()));
            case "change" -> happen(Event.CHANGE.at(number(words.get(1)), Groups.parse(words.get(2))));
            case "expect" -> expect(words);
            default -> happen(eventOf(verb).at(number(words.get(1)), words.size() > 2 ? number(words.get(2)) : 0));
        }
    }

    private void lose(List<String> pairs) {
        int keptCount = 0;
        for (int i = 0; i < world.packetCount; i++) {
            Packet packet = worlds.machine().packets().get(world.packets[i]);
            if (!pairs.isEmpty() && !pairs.contains(packet.fromMember() + ">" + packet.toMember())) {
                world.packets[keptCount++] = world.packets[i];
            }
        }
        world.packetCount = keptCount;
    }

    private void campaign(List<String> words) {
        int others = 0;
        for (String voter : words.subList(3, words.size())) {
            others |= 1 << (number(voter) - 1);
        }
        happen(Event.CAMPAIGN.at(number(words.get(1)), others));
    }

    private void elect(List<String> words) {
        int candidate = number(words.get(1));
        forceAll(candidate);
        campaign(words);
        forceAll(candidate);
        for (String voter : words.subList(3, words.size())) {
            happen(packet(List.of(
                    candidate + ">" + voter,
                    "VoteAsk",
                    "term=" + member(candidate).core().term())));
            forceAll(number(voter));
            happen(packet(List.of(voter + ">" + candidate, "VoteReply", "vote")));
        }
        check(member(candidate).core().role() == Role.LEADER, "is not elected: " + candidate);
    }

    private void settle(List<String> ids) {
        boolean isNew = true;
        for (int round = 0; isNew; round++) {
            check(round < SETTLE_MAX, "does not settle");
            isNew = false;
            for (String id : ids) {
                isNew |= forceAll(number(id));
            }
            for (int i = 0; i < world.packetCount; i++) {
                Packet packet = worlds.machine().packets().get(world.packets[i]);
                boolean isMeant = ids.contains("" + packet.fromMember()) && ids.contains("" + packet.toMember());
                if (isMeant && heard.add(world.packets[i])) {
                    happen(Event.deliver(world.packets[i]));
                    isNew = true;
                }
            }
        }
    }

    private boolean forceAll(int id) {
        boolean isNew = false;
        while (!member(id).waiting().isEmpty() || member(id).owesForce()) {
            int waitingCount = member(id).waiting().size();
            happen(waitingCount > 0 ? Event.VAULT.at(id, waitingCount) : Event.FORCE.at(id, 0));
            isNew = true;
        }
        return isNew;
    }

    private void happen(int event) {
        if (Event.of(event) == Event.DELIVER) {
            heard.add(event);
        }
        if (Event.of(event) != Event.CAMPAIGN) {
            marks |= worlds.result(world.members[worlds.memberOf(event) - 1], event)
                    .marks();
        }
        boolean isNew = worlds.happen(world, event, child);
        check(isNew || Event.of(event) != Event.CAMPAIGN, "comes to nothing: " + worlds.text(event));
        marks |= worlds.lookMarks();
        world.set(child);
        worlds.check(world, worlds.memberOf(event));
    }

    private int packet(List<String> words) {
        for (int i = world.packetCount - 1; i >= 0; i--) {
            String text = worlds.machine().packets().get(world.packets[i]).text();
            List<String> said = Arrays.asList(text.split(" "));
            boolean isMeant = words.stream()
                    .allMatch(word -> word.startsWith("!") ? !text.contains(word.substring(1)) : said.contains(word));
            if (isMeant) {
                return world.packets[i];
            }
        }
        throw new AssertionError("nothing of the kind is on its way: " + words);
    }

    private void expect(List<String> words) {
        Member member = member(number(words.get(1)));
        String wanted = String.join(" ", words.subList(2, words.size()));
        String found = switch (words.get(2)) {
            case "term" -> "term " + member.core().term();
            case "commit" -> "commit " + member.core().commitIndex();
            case "log" -> "log " + worlds.machine().logs().text(member.log());
            default -> member.core().role().toString().toLowerCase(Locale.ROOT);
        };
        check(found.equals(wanted), "member " + member.id() + ": " + wanted + " expected, but " + found);
    }

    private Member member(int id) {
        return worlds.member(world, id);
    }

    private static Event eventOf(String word) {
        for (Event event : Event.values()) {
            if (event.word().equals(word)) {
                return event;
            }
        }
        throw new IllegalArgumentException("no such word: " + word);
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
