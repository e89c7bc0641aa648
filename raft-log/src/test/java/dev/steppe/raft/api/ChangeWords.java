package dev.steppe.raft.api;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What was said of changes that were asked for: {@code done}, {@code unknown}, or why not. Any thread. */
public final class ChangeWords implements ChangeListener {
    /** In the order in which it was said. */
    public final List<String> words = new CopyOnWriteArrayList<>();

    @Override
    public void onDone() {
        words.add("done");
    }

    @Override
    public void onRefused(String reason) {
        words.add(reason);
    }

    @Override
    public void onUnknown(String reason) {
        words.add("unknown");
    }
}
