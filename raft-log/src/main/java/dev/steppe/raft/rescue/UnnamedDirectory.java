package dev.steppe.raft.rescue;

import dev.steppe.base.OperatingFault;
import dev.steppe.raft.log.vault.IdentityFile;
import dev.steppe.raft.storage.PrepareVerdict;
import dev.steppe.raft.storage.SequentialFile;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.raft.storage.StorageFile;
import dev.steppe.raft.storage.WriteStrategy;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory whose identity lies under {@link IdentityFile#UNFINISHED_NAME}, for those who look for it under its own
 * name. Everybody else finds a directory with content and without identity, and leaves it alone. Owned by one thread.
 */
record UnnamedDirectory(StorageDirectory directory) implements StorageDirectory {
    private static String real(String name) {
        return name.equals(IdentityFile.FILE_NAME) ? IdentityFile.UNFINISHED_NAME : name;
    }

    @Override
    public List<String> names() throws OperatingFault {
        return directory.names().stream()
                .map(name -> name.equals(IdentityFile.UNFINISHED_NAME) ? IdentityFile.FILE_NAME : name)
                .sorted()
                .toList();
    }

    @Override
    public StorageFile open(String name, WriteStrategy strategy) throws OperatingFault {
        return directory.open(real(name), strategy);
    }

    @Override
    public PrepareVerdict prepare(String name, int lengthBytes, ByteBuffer head) throws OperatingFault {
        return directory.prepare(real(name), lengthBytes, head);
    }

    @Override
    public SequentialFile create(String name) throws OperatingFault {
        return directory.create(real(name));
    }

    @Override
    public SequentialFile openSequential(String name) throws OperatingFault {
        return directory.openSequential(real(name));
    }

    @Override
    public void delete(String name) throws OperatingFault {
        directory.delete(real(name));
    }

    @Override
    public void rename(String from, String to) throws OperatingFault {
        directory.rename(real(from), real(to));
    }

    @Override
    public boolean isDurable() {
        return directory.isDurable();
    }

    @Override
    public void close() {
        // It belongs to whoever asked for the rescue.
    }
}
