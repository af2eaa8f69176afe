package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.certificate.Certificate;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for certificates, against a server with answers of API v1, and without one. */
@Tag("slow")
class CertificateCommandTest {
    private static final String PATH = "/api/v1/storage-nodes/1.stor.d/certificate";

    @TempDir
    private Path directory;

    private final KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    private final VerificationKey key = new VerificationKey(pair.getPublic());
    private final byte[] certificate = certificate();
    private final ServedCommand command = ServedCommand.start(this::respond);

    CertificateCommandTest() throws IOException, GeneralSecurityException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private byte[] certificate() throws GeneralSecurityException {
        ShardEvidence shard = new ShardEvidence(
                3,
                "moray",
                new RowWatermark(7, 0),
                new RowWatermark(9, 1),
                true,
                new VerifiedRows(10, 0, 0, 0, 0),
                List.of(),
                Instant.EPOCH,
                Instant.EPOCH);
        return SignedCertificate.sign(
                        new Certificate(
                                new StorageNodeId("1.stor.d"),
                                "dc1",
                                new UUID(0, 7),
                                1,
                                Instant.EPOCH,
                                List.of(shard),
                                SettledCounts.ZERO,
                                0,
                                0,
                                Instant.EPOCH,
                                "127.0.0.1:2551",
                                key.id()),
                        pair.getPrivate())
                .file();
    }

    private ServedCommand.Response respond(ServedCommand.Request request) {
        if (request.path().equals(PATH)) {
            return new ServedCommand.Response(200, new String(certificate, StandardCharsets.UTF_8));
        }
        if (request.path().equals("/api/v1/certificate-keys")) {
            ObjectNode keys = JsonNodeFactory.instance.objectNode();
            keys.putArray("keys")
                    .addObject()
                    .put("keyId", key.id())
                    .put("current", true)
                    .put("publicKey", key.pem());
            return new ServedCommand.Response(200, keys.toString());
        }
        return new ServedCommand.Response(409, "{\"code\":\"NODE_NOT_DRAINED\",\"detail\":\"it is FENCED\"}");
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private int verify(Path file, Path keyFile) {
        return command.runWithoutUrl("certificate", "verify", file.toString(), "--key", keyFile.toString());
    }

    /** Everything that an operator does, each step with the output of the one before. */
    @Test
    void aCertificateIsFetchedAndVerifiedWithoutTheManager() throws IOException {
        Path file = directory.resolve("1.stor.d.json");
        assertThat(command.run("certificate", "get", "1.stor.d", "--file", file.toString()))
                .isZero();
        assertThat(Files.readAllBytes(file)).isEqualTo(certificate);
        assertThat(command.out()).contains("wrote the certificate of 1.stor.d to " + file);
        int before = command.out().length();
        assertThat(command.run("certificate", "keys")).isZero();
        Path keys = write("keys.pem", command.out().substring(before).getBytes(StandardCharsets.UTF_8));
        command.close();
        assertThat(verify(file, keys)).isZero();
        assertThat(command.out())
                .contains(
                        "VALID: 1.stor.d (dc1) held no live record",
                        "key " + key.id(),
                        "shard 3: 10 rows through moray up to id 9 and idx 1");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void withoutAFileExactlyTheCertificateIsPrinted() {
        assertThat(command.run("certificate", "get", "1.stor.d")).isZero();
        assertThat(command.out()).isEqualTo(new String(certificate, StandardCharsets.UTF_8));
    }

    /** The verifier's own test changes every byte. */
    @Test
    void aFlippedByteMakesVerifyRefuse() throws IOException {
        Path keys = write("keys.pem", key.pem().getBytes(StandardCharsets.UTF_8));
        for (int at = 0; at < certificate.length; at += 41) {
            byte[] changed = certificate.clone();
            changed[at] ^= 1;
            assertThat(verify(write("changed", changed), keys)).isEqualTo(1);
            assertThat(command.err()).startsWith("NOT VALID: ");
        }
        assertThat(command.out()).isEmpty();
    }

    @Test
    void aCertificateOfAnotherKeyIsNotValid() throws IOException, GeneralSecurityException {
        VerificationKey other = new VerificationKey(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        Path keys = write("other.pem", other.pem().getBytes(StandardCharsets.UTF_8));
        assertThat(verify(write("file", certificate), keys)).isEqualTo(1);
        assertThat(command.err()).contains(key.id(), other.id());
    }

    @Test
    void usageErrorsHaveAnExitCodeThatDiffers() throws IOException {
        Path keys = write("keys.pem", key.pem().getBytes(StandardCharsets.UTF_8));
        Path file = write("file", certificate);
        assertThat(verify(directory.resolve("absent"), keys)).isEqualTo(2);
        assertThat(command.err()).contains("absent can't be read");
        assertThat(verify(file, directory.resolve("absent"))).isEqualTo(2);
        assertThat(verify(file, file)).isEqualTo(2);
        assertThat(command.err()).contains("PUBLIC KEY");
        assertThat(command.runWithoutUrl("certificate", "verify", file.toString()))
                .isEqualTo(2);
        assertThat(command.err()).contains("--key <keyfile>");
        assertThat(command.runWithoutUrl("certificate")).isEqualTo(1);
        assertThat(command.runWithoutUrl("job", "get")).isEqualTo(1);
    }

    @Test
    void aRefusalIsShownWithItsReasonAndNothingIsWritten() {
        Path file = directory.resolve("none");
        assertThat(command.run("certificate", "get", "2.stor.d", "--file", file.toString()))
                .isEqualTo(1);
        assertThat(command.err()).contains("409", "NODE_NOT_DRAINED", "it is FENCED");
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileThatCanNotBeWrittenIsNamed() {
        Path file = directory.resolve("no/directory/file");
        assertThat(command.run("certificate", "get", "1.stor.d", "--file", file.toString()))
                .isEqualTo(1);
        assertThat(command.err()).contains(file.toString(), "--file");
    }

    private static String check(String verdict) {
        return "{\"storageNode\":\"1.stor.d\",\"jobId\":\"J\",\"verifiedAt\":\"T\",\"scope\":\"new_rows\",\"at\":\"U\",\"verdict\":\""
                + verdict
                + "\",\"detail\":\"because\",\"shards\":[{\"shard\":3,\"rowsRead\":9,\"rowsOfNode\":1,\"sample\":[\"/o/stor/a\"]}]}";
    }

    @Test
    void aCheckIsAskedForUntilItHasEnded() throws IOException {
        List<String> answers = new ArrayList<>(List.of("running", "running", "refused", "pass", "unknown", "running"));
        try (ServedCommand checked =
                ServedCommand.start(request -> new ServedCommand.Response(200, check(answers.remove(0))))) {
            assertThat(checked.run("certificate", "check", "1.stor.d")).isEqualTo(1);
            assertThat(checked.requests())
                    .hasSize(3)
                    .allMatch(each -> each.endsWith("/certificate/check?scope=new_rows"));
            assertThat(checked.out().lines())
                    .containsExactly(
                            "REFUSED: 1.stor.d: because",
                            "job J, verified at T; new_rows read until U",
                            "  shard 3: 9 rows read, 1 of the node",
                            "    /o/stor/a");
            assertThat(checked.run("certificate", "check", "1.stor.d", "--all")).isZero();
            assertThat(checked.requests().get(3)).endsWith("scope=all_rows");
            assertThat(checked.run("certificate", "check", "1.stor.d")).isEqualTo(4);
            assertThat(checked.run("certificate", "check", "1.stor.d", "--timeout", "0s"))
                    .isEqualTo(4);
            assertThat(checked.out()).contains("STILL RUNNING");
        }
    }
}
