package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.ListenerTls;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.http.ApiServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener with certificates that OpenSSL made, over real sockets. */
@Tag("external")
@Tag("slow")
class ServerTlsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        ApiServer.stop();
    }

    private void openssl(String arguments) throws Exception {
        Process made = new ProcessBuilder(("openssl " + arguments).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(made.waitFor())
                .as(() -> "openssl " + arguments + ", see openssl.log")
                .isZero();
    }

    /** A key, and a certificate that it signed itself. */
    private Path certificate(String name, String algorithm) throws Exception {
        Path certificate = directory.resolve(name + ".crt");
        if (algorithm.equals("EC-SEC1")) {
            openssl("ecparam -name prime256v1 -genkey -noout -out " + name + ".key");
        } else {
            openssl("genpkey -algorithm " + algorithm + " -out " + name + ".key");
        }
        openssl("req -x509 -new -key " + name + ".key -days 30 -subj /CN=" + name
                + " -addext subjectAltName=IP:127.0.0.1 -out " + name + ".crt");
        return certificate;
    }

    private Path key(String name) {
        return directory.resolve(name + ".key");
    }

    private void serve(String name) throws Exception {
        ListenerTls tls = new ListenerTls(directory.resolve(name + ".crt"), key(name), Duration.ofMillis(200));
        ApiServer.serve(
                "manager",
                ApiServer.managerRoutes(new LegacySettings(0, false)),
                plain -> new HttpSettings(
                        plain.host(), plain.port(), false, false, Optional.empty(), Optional.of(tls), List.of()));
    }

    private static SSLContext trust(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream file = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "trusted", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static HttpResponse<String> get(Path trusted) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(trust(trusted))
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + ApiServer.port + "/api/v1/jobs"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String presented(Path trusted) throws Exception {
        X509Certificate certificate =
                (X509Certificate) get(trusted).sslSession().orElseThrow().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RSA -pkeyopt rsa_keygen_bits:2048", "EC -pkeyopt ec_paramgen_curve:P-256", "EC-SEC1", "ED25519"
            })
    void everyKindOfKeyServes(String algorithm) throws Exception {
        Path certificate = certificate("one", algorithm);
        serve("one");
        assertThat(get(certificate).statusCode()).isEqualTo(200);
        assertThat(presented(certificate)).isEqualTo("CN=one");
    }

    @Test
    void olderProtocolsAndPlainHttpAreRefused() throws Exception {
        Path certificate = certificate("one", "ED25519");
        serve("one");
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (Socket socket = trust(certificate).getSocketFactory().createSocket("127.0.0.1", ApiServer.port)) {
                ((SSLSocket) socket).setEnabledProtocols(new String[] {protocol});
                ((SSLSocket) socket).startHandshake();
                assertThat(((SSLSocket) socket).getSession().getProtocol()).isEqualTo(protocol);
            }
        }
        try (Socket socket = trust(certificate).getSocketFactory().createSocket("127.0.0.1", ApiServer.port)) {
            ((SSLSocket) socket).setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(() -> ((SSLSocket) socket).startHandshake()).isInstanceOf(SSLException.class);
        }
        assertThatThrownBy(() -> ApiServer.get("/api/v1/jobs")).isInstanceOf(IOException.class);
    }

    /** Files that do not belong together yet change nothing, also for more than one look. */
    @Test
    void replacedFilesAreUsedWithoutARestart() throws Exception {
        Path one = certificate("one", "ED25519");
        Path two = certificate("two", "EC-SEC1");
        Path trusted = Files.copy(one, directory.resolve("trusted"));
        serve("one");
        assertThat(presented(trusted)).isEqualTo("CN=one");
        long failures = ServerTls.failures();
        Files.copy(two, one, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(TIMEOUT).until(() -> ServerTls.failures() >= failures + 2);
        assertThat(presented(trusted)).isEqualTo("CN=one");
        Files.copy(key("two"), key("one"), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> presented(two).equals("CN=two"));
    }

    @Test
    void filesThatCanNotBeUsedAreNamedAtTheStart() throws Exception {
        certificate("one", "ED25519");
        certificate("two", "ED25519");
        Files.copy(key("two"), key("one"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("one.crt is not of the key", "one.key");
        Files.writeString(key("one"), "no key");
        assertRefused("one.key");
        Files.delete(key("one"));
        assertRefused("one.key", "can't be read");
        Files.copy(key("two"), key("one"));
        Files.setPosixFilePermissions(key("one"), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("can be read by every user", "chmod 600");
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> serve("one"))
                .hasRootCauseInstanceOf(SettingsFault.class)
                .rootCause()
                .hasMessageContainingAll(words);
        ApiServer.stop();
    }
}
