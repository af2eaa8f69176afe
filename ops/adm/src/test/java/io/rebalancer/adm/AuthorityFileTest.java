package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Managers with certificates of an authority of their own, over real sockets. */
@Tag("external")
@Tag("slow")
class AuthorityFileTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path directory;

    private final HttpsServer server;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    AuthorityFileTest() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void serve() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout one.key -days 30 -subj /CN=one"
                + " -addext subjectAltName=IP:127.0.0.1 -out one.crt");
        openssl("pkcs12 -export -in one.crt -inkey one.key -passout pass:changeit -out one.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(directory.resolve("one.p12"))) {
            store.load(file, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            byte[] body = "{\"settings\":[],\"tokens\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void openssl(String arguments) throws Exception {
        Process made = new ProcessBuilder(("openssl " + arguments).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(made.waitFor()).isZero();
    }

    private int run(String... arguments) {
        String[] all = Stream.concat(
                        Arrays.stream(arguments),
                        Stream.of(
                                "--url",
                                "https://127.0.0.1:" + server.getAddress().getPort()))
                .toArray(String[]::new);
        return AdmCommand.run(AdmContext.ofProcess(new PrintWriter(out, true), new PrintWriter(err, true)), all);
    }

    @Test
    void aManagerOfTheAuthorityIsTrusted() {
        String authority = directory.resolve("one.crt").toString();
        assertThat(run("token", "list", "--ca-file", authority))
                .as(err.toString())
                .isZero();
        assertThat(run("settings", "set", "commitParallelism=5", "--ca-file", authority))
                .as("a PATCH: %s", err)
                .isZero();
    }

    @Test
    void anotherManagerIsNotAndTheErrorNamesTheOption() {
        assertThat(run("token", "list")).isEqualTo(ExitCode.FAILURE.code());
        assertThat(err.toString()).contains("no secure connection", "--ca-file").doesNotContain("\n\n");
    }

    @Test
    void aFileWithoutACertificateIsNamed() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty"));
        assertThat(run("token", "list", "--ca-file", empty.toString())).isEqualTo(ExitCode.FAILURE.code());
        assertThat(err.toString()).contains(empty.toString(), "--ca-file");
        assertThat(run("token", "list", "--ca-file", directory.resolve("none").toString()))
                .isEqualTo(ExitCode.FAILURE.code());
        assertThat(err.toString()).contains("none can't be used");
    }
}
