package io.rebalancer.testsupport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** TLS certificates of one authority, in files as {@code bin/make-test-ca} creates them with openssl. */
public final class TestAuthority {
    private final Path directory;

    private TestAuthority(Path directory) {
        this.directory = directory;
    }

    /**
     * Creates an authority and certificates.
     *
     * @param directory is created
     * @param key {@code rsa}, {@code ec} or {@code ed25519}
     * @param names of the certificates; each has the name {@code rebalancer}, too
     */
    public static TestAuthority create(Path directory, String key, String... names)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script().toString(), directory.toString()));
        command.addAll(List.of(names));
        ProcessBuilder make = new ProcessBuilder(command).redirectErrorStream(true);
        make.environment().put("KEY", key);
        await(make);
        return new TestAuthority(directory);
    }

    /** Tests run in the directory of their module. */
    private static Path script() {
        Path module = Path.of("").toAbsolutePath();
        return Stream.iterate(module, Objects::nonNull, Path::getParent)
                .map(each -> each.resolve("bin/make-test-ca"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no directory above " + module + " has bin/make-test-ca"));
    }

    /** Creates an EC key and a certificate that ended a day ago. */
    public void createEnded(String name) throws IOException, InterruptedException {
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name + ".key -out " + name
                + ".csr -subj /CN=" + name);
        openssl("x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days -1 -out " + name
                + ".crt");
        Files.setPosixFilePermissions(key(name), PosixFilePermissions.fromString("rw-------"));
    }

    private void openssl(String arguments) throws IOException, InterruptedException {
        await(new ProcessBuilder(("openssl " + arguments).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true));
    }

    private static void await(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(builder.command() + " failed: " + output);
        }
    }

    /** The file of a certificate. */
    public Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }

    /** The file of a private key. */
    public Path key(String name) {
        return directory.resolve(name + ".key");
    }

    /** The file of the authority's own certificate. */
    public Path authority() {
        return directory.resolve("ca.crt");
    }
}
