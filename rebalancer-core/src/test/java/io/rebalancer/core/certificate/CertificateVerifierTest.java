package io.rebalancer.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A certificate file is accepted only as it was signed. */
@Tag("slow")
class CertificateVerifierTest {
    private final KeyPair pair = Certificates.newKey();
    private final VerificationKey key = new VerificationKey(pair.getPublic());
    private final SignedCertificate signed = Certificates.signed(pair);
    private final byte[] file = signed.file();

    CertificateVerifierTest() throws GeneralSecurityException {}

    private Certificate verify(byte[] bytes) {
        return CertificateVerifier.verify(bytes, List.of(key));
    }

    private void assertRefused(byte[] bytes) {
        assertThatThrownBy(() -> verify(bytes)).isInstanceOf(InvalidCertificate.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        return new String(file, StandardCharsets.UTF_8);
    }

    /** Any statement with a signature that is right for it. */
    private byte[] forge(String statement) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(bytes(statement));
        return bytes(
                "{\"signature\":\"" + HexFormat.of().formatHex(signer.sign()) + "\",\"statement\":" + statement + "}");
    }

    private String statement() {
        return CertificateStatement.write(signed.certificate());
    }

    @Test
    void theCertificateIsReadAsItWasIssued() {
        assertThat(verify(file)).isEqualTo(signed.certificate());
        assertThat(verify(file).rowsRead()).isEqualTo(2000);
    }

    @Test
    void theFileHasTheDocumentedForm() {
        assertThat(text())
                .isEqualTo("{\"signature\":\"" + signed.signature() + "\",\"statement\":{"
                        + "\"datacenter\":\"d\\u00f6ner \\\"1\\\"\\\\\",\"epoch\":1,\"exceptions\":0,\"exclusions\":0,"
                        + "\"issuedAt\":\"2026-11-27T03:00:00.000000000Z\",\"issuer\":\"127.0.0.1:2551\","
                        + "\"job\":\"00000000-0000-0000-0000-000000000007\",\"keyId\":\"" + key.id() + "\","
                        + "\"kind\":\"storage-node-drained\",\"node\":\"1.stor.d\","
                        + "\"settled\":{\"bytes\":0,\"duplicate\":0,\"gone\":0,\"relocated\":0,\"superseded\":0},\"shards\":["
                        + shard(1, "01:59:59") + "," + shard(2, "01:59:58") + "],"
                        + "\"verifiedAt\":\"2026-11-27T02:00:00.123456000Z\",\"version\":1}}");
    }

    private static String shard(int number, String finished) {
        return "{\"after\":{\"id\":1000,\"idx\":60},\"before\":{\"id\":900,\"idx\":50},\"complete\":true,"
                + "\"finishedAt\":\"2026-11-27T" + finished + ".123456000Z\","
                + "\"rows\":{\"excluded\":0,\"naming\":0,\"read\":1000,\"unreadable\":0,\"uploads\":0},"
                + "\"shard\":" + number + ",\"source\":\"moray\",\"startedAt\":\"2026-11-27T01:59:00.123456000Z\"}";
    }

    @Test
    void everyChangeOfOneByteIsRefused() {
        for (int at = 0; at < file.length; at++) {
            for (int flip : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                byte[] changed = file.clone();
                changed[at] ^= (byte) flip;
                assertRefused(changed);
            }
        }
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < file.length; length++) {
            assertRefused(Arrays.copyOf(file, length));
        }
    }

    @Test
    void appendedAndInsertedBytesAreRefused() {
        assertRefused(Arrays.copyOf(file, file.length + 1));
        for (String more : List.of("\n", " ", "}", "{}", text())) {
            assertRefused(bytes(text() + more));
            assertRefused(bytes(more + text()));
        }
        assertRefused(bytes(text().replace("\":", "\": ")));
        assertRefused(bytes(text().replace("\"version\":1", "\"version\":1,\"version\":1")));
    }

    /** The signature covers the statement only, so another spelling of the file must be found without it. */
    @Test
    void otherSpellingsOfASignedFileAreRefused() {
        String signature = signed.signature();
        assertRefused(bytes("{\"statement\":" + statement() + ",\"signature\":\"" + signature + "\"}"));
        assertRefused(bytes(text().replace(signature, signature.toUpperCase(java.util.Locale.ROOT))));
        assertRefused(bytes(text().replace("{\"signature\"", "{\"note\":\"trust me\",\"signature\"")));
        assertRefused(bytes(text().replace("1.stor.d", "\\u0031.stor.d")));
        assertRefused(bytes(text().replace("\\u00f6", "\\u00F6")));
        assertRefused(bytes(text().replace("\\u00f6", "ö")));
        assertRefused(bytes(text().replace("\"epoch\":1", "\"epoch\":01")));
        assertRefused(bytes(text().replace("03:00:00.000000000Z", "03:00:00Z")));
    }

    @Test
    void aSignedStatementThatIsNotCanonicalIsRefused() throws GeneralSecurityException {
        assertThat(verify(forge(statement()))).isEqualTo(signed.certificate());
        assertRefused(forge(statement().replace("\"epoch\":1", "\"epoch\":1,\"extra\":1")));
        assertRefused(forge(statement().replace("\"epoch\":1", "\"epoch\":1,\"epoch\":1")));
        assertRefused(forge(statement().replace("03:00:00.000000000Z", "03:00:00Z")));
        assertRefused(forge(statement().replace("00000000-0000-0000-0000-000000000007", "0-0-0-0-7")));
    }

    @Test
    void aSignedStatementThatDoesNotCertifyIsRefused() throws GeneralSecurityException {
        for (String[] change : List.of(
                new String[] {"\"complete\":true", "\"complete\":false"},
                new String[] {"\"naming\":0", "\"naming\":1"},
                new String[] {"\"exceptions\":0", "\"exceptions\":1"},
                new String[] {"\"exclusions\":0", "\"exclusions\":1"},
                new String[] {"\"shard\":2", "\"shard\":1"},
                new String[] {"\"shard\":2", "\"shard\":99999999999"},
                new String[] {"\"epoch\":1", "\"epoch\":99999999999999999999"},
                new String[] {"\"node\":\"1.stor.d\"", "\"node\":\"not a node\""},
                new String[] {"storage-node-drained", "other-document"})) {
            assertThat(statement()).contains(change[0]);
            assertRefused(forge(statement().replace(change[0], change[1])));
        }
    }

    @Test
    void anUnknownVersionIsRefusedAsSuch() throws GeneralSecurityException {
        byte[] later = forge(statement().replace("\"version\":1", "\"version\":2"));
        assertThatThrownBy(() -> verify(later))
                .isInstanceOf(InvalidCertificate.class)
                .hasMessageContaining("version 2 of certificates is not known");
    }

    @Test
    void aCertificateOfAnotherKeyIsRefused() throws GeneralSecurityException {
        VerificationKey other = new VerificationKey(Certificates.newKey().getPublic());
        assertThatThrownBy(() -> CertificateVerifier.verify(file, List.of(other)))
                .isInstanceOf(InvalidCertificate.class)
                .hasMessageContaining(key.id())
                .hasMessageContaining(other.id());
        assertThat(CertificateVerifier.verify(file, List.of(other, key))).isEqualTo(signed.certificate());
        // The certificate names the trusted key, but another one signed it.
        byte[] stolen = SignedCertificate.sign(
                        signed.certificate(), Certificates.newKey().getPrivate())
                .file();
        assertThatThrownBy(() -> verify(stolen))
                .isInstanceOf(InvalidCertificate.class)
                .hasMessageContaining("does not match");
    }

    @Test
    void hostileFilesAreRefused() {
        assertRefused(bytes("[".repeat(100_000)));
        assertRefused(bytes("{\"a\":".repeat(100_000)));
        assertRefused(new byte[2 << 20]);
        assertRefused(bytes("null"));
        assertRefused(bytes("{\"signature\":1,\"statement\":[]}"));
        assertRefused(bytes("\"\\u12"));
    }

    @Test
    void keysAreReadFromPemAndOthersAreRefused() throws GeneralSecurityException {
        VerificationKey other = new VerificationKey(Certificates.newKey().getPublic());
        assertThat(VerificationKey.parseAll("# current\n" + key.pem() + "\n# earlier\r\n" + other.pem()))
                .containsExactly(key, other);
        assertThat(key.id()).matches("[0-9a-f]{16}");
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        for (String bad : List.of(
                "",
                "no key",
                new VerificationKey(rsa.getPublic()).pem(),
                key.pem().replace("MCow", "MCo"),
                key.pem().replace("MCow", "MCo!"))) {
            assertThatThrownBy(() -> VerificationKey.parseAll(bad)).isInstanceOf(InvalidCertificate.class);
        }
    }
}
