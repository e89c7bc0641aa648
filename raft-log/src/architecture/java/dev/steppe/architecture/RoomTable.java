package dev.steppe.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which rooms a module has, of which kind, and which rooms each may enter.
 *
 * <p>A row is {@code name | KIND | rooms it may enter}; the name is the package below the root. A row may enter only
 * rows above it, so the arrows have no cycle. {@code base} is open to all, {@code model.*} means every such room above,
 * {@code *} every room above. Rooms that hold no class yet are fine; a package {@code …sbe} belongs to the room that
 * contains it.
 */
public final class RoomTable {
    private static final String OPEN_ROOM = "base";
    private static final String GENERATED_SUFFIX = "\\.(sbe|jmh_generated)$";

    private record Row(String name, RoomKind kind, List<String> entered, boolean isBelow) {}

    private final String root;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private boolean isBelowOpen;

    private RoomTable(String root) {
        this.root = root;
    }

    /** An empty table of the rooms under the package {@code root}. */
    public static RoomTable under(String root) {
        return new RoomTable(root);
    }

    /** Adds rooms of the modules below, without saying what they enter: that is for their own tables. */
    public RoomTable below(String table) {
        parse(table, true);
        return this;
    }

    /** Lets shells and tools enter every room of the modules below. */
    public RoomTable belowOpen() {
        isBelowOpen = true;
        return this;
    }

    /** Adds the rooms of this module. */
    public RoomTable rooms(String table) {
        parse(table, false);
        return this;
    }

    /** Packages that hold classes but are no room of this module, one sentence each. */
    public List<String> homeless(JavaClasses classes) {
        TreeMap<String, String> violations = new TreeMap<>();
        for (JavaClass type : classes) {
            Row row = rows.get(roomOf(type));
            if (row == null || row.isBelow) {
                violations.putIfAbsent(roomOf(type), " is no room of the table but holds " + type.getName());
            }
        }
        return sentences(violations);
    }

    /** Arrows that the table does not have, one sentence each with a use that takes that way. */
    public List<String> trespasses(JavaClasses classes) {
        TreeMap<String, String> violations = new TreeMap<>();
        dependencies(classes).forEach(dependency -> {
            JavaClass target = dependency.getTargetClass().getBaseComponentType();
            Row from = rows.get(roomOf(dependency.getOriginClass()));
            if (from != null && isSteppe(target) && !mayEnter(from, target, classes)) {
                String arrow = from.name + " may not enter " + roomOf(target);
                violations.merge(arrow, ": " + dependency.getDescription(), RoomTable::first);
            }
        });
        return sentences(violations);
    }

    /** Uses of clocks, threads, files, sockets, chance and loggers by DATA and MACHINE rooms, one sentence each. */
    public List<String> worldliness(JavaClasses classes) {
        TreeSet<String> violations = new TreeSet<>();
        for (JavaClass type : classes) {
            Row row = rows.get(roomOf(type));
            if (row != null && row.kind.isWorldless() && !isGenerated(type)) {
                World.usesBy(type).forEach(use -> violations.add(row.name + " is " + row.kind + ": " + use));
            }
        }
        return new ArrayList<>(violations);
    }

    private boolean mayEnter(Row from, JavaClass target, JavaClasses classes) {
        String room = roomOf(target);
        if (room.equals(from.name) || room.equals(OPEN_ROOM) || from.entered.contains(room)) {
            return true;
        }
        boolean isBelow = !classes.contain(target.getName());
        return isBelowOpen && isBelow && from.kind.mayKnow(RoomKind.SHELL);
    }

    private static Stream<Dependency> dependencies(JavaClasses classes) {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
    }

    private static String first(String one, String other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static List<String> sentences(SortedMap<String, String> violations) {
        return violations.entrySet().stream()
                .map(entry -> entry.getKey() + entry.getValue())
                .toList();
    }

    private static boolean isGenerated(JavaClass type) {
        return !type.getPackageName().replaceFirst(GENERATED_SUFFIX, "").equals(type.getPackageName());
    }

    private boolean isSteppe(JavaClass type) {
        return (type.getPackageName() + ".").startsWith(root + ".");
    }

    private String roomOf(JavaClass type) {
        String packageName = type.getPackageName();
        String name = packageName.startsWith(root + ".") ? packageName.substring(root.length() + 1) : packageName;
        return name.replaceFirst(GENERATED_SUFFIX, "");
    }

    private void parse(String table, boolean isBelow) {
        table.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] cells = line.strip().split("\\s*\\|\\s*", -1);
            if (cells.length != 3) {
                throw new IllegalArgumentException("a row is 'name | KIND | rooms it may enter': " + line);
            }
            RoomKind kind = RoomKind.valueOf(cells[1]);
            add(new Row(cells[0], kind, expand(cells[0], kind, cells[2]), isBelow));
        });
    }

    private void add(Row row) {
        if (rows.putIfAbsent(row.name, row) != null) {
            throw new IllegalArgumentException("two rows for " + row.name);
        }
    }

    private List<String> expand(String name, RoomKind kind, String cell) {
        List<String> entered = new ArrayList<>();
        for (String word : cell.isBlank() ? new String[0] : cell.split("\\s+", -1)) {
            if (word.endsWith("*")) {
                String prefix = word.substring(0, word.length() - 1);
                rows.keySet().stream().filter(above -> above.startsWith(prefix)).forEach(entered::add);
            } else {
                entered.add(word);
            }
        }
        entered.forEach(target -> checkArrow(name, kind, target));
        return List.copyOf(entered);
    }

    private void checkArrow(String name, RoomKind kind, String target) {
        Row above = rows.get(target);
        if (above == null) {
            throw new IllegalArgumentException(name + " enters " + target + ", which has no row above it");
        }
        if (!kind.mayKnow(above.kind)) {
            throw new IllegalArgumentException(
                    name + " is " + kind + " and may not know " + target + ", which is " + above.kind);
        }
    }
}
