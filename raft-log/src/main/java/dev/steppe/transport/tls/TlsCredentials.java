package dev.steppe.transport.tls;

import dev.steppe.base.OperatingFault;
import dev.steppe.transport.PeerName;
import org.agrona.concurrent.EpochClock;

/**
 * The TLS material of one party, shared by all its transports, which can be renewed while links are up. After
 * {@link #reload} new handshakes use the new material, and every transport judges the chains of its living links anew
 * within one tick of its event loop: a link whose peer the new material refuses ends.
 *
 * <p>{@link #current} may be called by any thread; {@link #reload} by one at a time, which reads files.
 */
public final class TlsCredentials {
    private final TlsConfig config;
    private final EpochClock wallClock;
    private volatile TlsMaterial current;

    private TlsCredentials(TlsConfig config, EpochClock wallClock, TlsMaterial first) {
        this.config = config;
        this.wallClock = wallClock;
        this.current = first;
    }

    /**
     * Reads the files. Fails when one cannot be read, does not fit the others, or makes a certificate that a peer would
     * refuse.
     *
     * @param wallClock for the validity of certificates, and nothing else
     */
    public static TlsCredentials open(TlsConfig config, EpochClock wallClock) throws OperatingFault {
        return new TlsCredentials(config, wallClock, TlsMaterial.of(MaterialFiles.read(config), wallClock));
    }

    /**
     * Reads the files anew. Fails, and keeps the material that was there, for the reasons of {@link #open} and when the
     * new certificate names another holder than the one before.
     */
    public synchronized void reload() throws OperatingFault {
        TlsMaterial fresh = TlsMaterial.of(MaterialFiles.read(config), wallClock);
        PeerName before = current.ownName();
        if (!fresh.ownName().equals(before)) {
            throw new OperatingFault("the new certificate names "
                    + fresh.ownName().uri() + ", and until now it was " + before.uri() + ".");
        }
        current = fresh;
    }

    /** The newest material; another object after each reload. */
    public TlsMaterial current() {
        return current;
    }

    /** Wall-clock milliseconds since 1970, as certificates count. */
    public long nowMs() {
        return wallClock.time();
    }
}
