package dev.steppe.benchmarks.raft;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.clock.SystemClocks;
import dev.steppe.transport.tls.TlsConfig;
import dev.steppe.transport.tls.TlsCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Makes an authority and members' keys with the platform's own tool, as an operator would. */
final class KeyMaker {
    /** The cluster that the keys name. */
    static final String CLUSTER = "bench";

    /** The region that the keys name. */
    static final String REGION = "north";

    private static final String PASSWORD = "only-for-this-run";

    private final Path directory;
    private final Path authority;
    private final Path trust;
    private final Path password;

    /** Makes the authority in {@code directory}, which exists or is made. */
    KeyMaker(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        authority = directory.resolve("authority.p12");
        trust = directory.resolve("trust.p12");
        password = directory.resolve("password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, PASSWORD);
        String certificate = directory.resolve("authority.crt").toString();
        keytool(authority, "-genkeypair -alias root -dname CN=root -keyalg EC -ext bc:c");
        keytool(authority, "-exportcert -alias root -file " + certificate);
        keytool(trust, "-importcert -alias root -noprompt -file " + certificate);
    }

    /** The credentials of a server {@code member}, made at the first call. */
    TlsCredentials credentials(int member) throws IOException, OperatingFault {
        Path store = directory.resolve("member-" + member + ".p12");
        if (Files.exists(store)) {
            return TlsCredentials.open(new TlsConfig.KeyStores(trust, store, password), SystemClocks.epoch());
        }
        Files.copy(authority, store);
        keytool(
                store,
                "-genkeypair -alias own -dname CN=member -keyalg EC -signer root -ext eku=serverAuth,clientAuth"
                        + " -ext san=uri:sched://" + CLUSTER + "/" + REGION + "/server/" + member);
        keytool(store, "-delete -alias root");
        return TlsCredentials.open(new TlsConfig.KeyStores(trust, store, password), SystemClocks.epoch());
    }

    private static void keytool(Path store, String words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words.split(" ", -1)));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool failed: " + said);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IOException("keytool was not waited for", interrupt);
        }
    }
}
