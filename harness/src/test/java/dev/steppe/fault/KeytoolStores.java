package dev.steppe.fault;

import dev.steppe.transport.tls.TlsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Key stores as an operator makes them: one authority, and members signed by it, with {@code keytool} alone. */
final class KeytoolStores {
    private static final String PASSWORD = "only-for-tests";

    private final Path directory;
    private final Path password;
    private final Path authority;
    private final Path trust;

    KeytoolStores(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        password = directory.resolve("password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, PASSWORD + "\n");
        authority = directory.resolve("authority.p12");
        trust = directory.resolve("trust.p12");
        Path certificate = directory.resolve("authority.crt");
        keytool(authority, "-genkeypair", "-alias", "root", "-dname", "CN=root", "-keyalg", "EC", "-ext", "bc:c");
        keytool(authority, "-exportcert", "-alias", "root", "-file", certificate.toString());
        keytool(trust, "-importcert", "-alias", "root", "-file", certificate.toString(), "-noprompt");
    }

    TlsConfig member(int member) throws IOException, InterruptedException {
        return holder("member-" + member, "sched://prod/eu/server/" + member);
    }

    /** A certificate that is good for every server of the region. */
    TlsConfig.KeyStores anyServer(String name) throws IOException, InterruptedException {
        return holder(name, "sched://prod/eu/server");
    }

    private TlsConfig.KeyStores holder(String name, String uri) throws IOException, InterruptedException {
        Path store = directory.resolve(name + ".p12");
        Files.copy(authority, store);
        keytool(
                store,
                List.of("-genkeypair", "-alias", "own", "-dname", "CN=member", "-keyalg", "EC", "-signer", "root"),
                List.of("-ext", "eku=serverAuth,clientAuth", "-ext", "san=uri:" + uri));
        keytool(store, "-delete", "-alias", "root");
        return new TlsConfig.KeyStores(trust, store, password);
    }

    private static void keytool(Path store, String... words) throws IOException, InterruptedException {
        keytool(store, List.of(words), List.of());
    }

    private static void keytool(Path store, List<String> words, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.add("-J-XX:TieredStopAtLevel=1");
        command.addAll(words);
        command.addAll(more);
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + said);
        }
    }
}
