package io.rebalancer.core.certificate;

import io.rebalancer.core.json.CanonicalJson;
import io.rebalancer.core.json.InvalidJson;
import io.rebalancer.core.json.JsonMembers;
import io.rebalancer.core.json.JsonParser;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A certificate and its signature, as in a certificate file: {@code {"signature":"HEX","statement":{...}}}. The Ed25519
 * signature is that of the canonical text of the statement, which names the key.
 *
 * @param signature 128 hexadecimal digits in lower case
 */
public record SignedCertificate(Certificate certificate, String signature) {
    static final String ALGORITHM = "Ed25519";
    /** A certificate of 1,000 shards has less than half of this. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{128}");

    /** @throws InvalidCertificate if the signature has another form */
    public SignedCertificate {
        if (!SIGNATURE.matcher(signature).matches()) {
            throw new InvalidCertificate("the signature is not 128 hexadecimal digits in lower case");
        }
    }

    /**
     * Signs a certificate.
     *
     * @param key the private key whose public half has the certificate's {@code keyId}
     * @throws GeneralSecurityException if the key can't sign
     */
    public static SignedCertificate sign(Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(ALGORITHM);
        signer.initSign(key);
        signer.update(statement(certificate));
        return new SignedCertificate(certificate, HexFormat.of().formatHex(signer.sign()));
    }

    /** The bytes that are signed. */
    byte[] statement() {
        return statement(certificate);
    }

    private static byte[] statement(Certificate certificate) {
        return CanonicalJson.bytes(CertificateStatement.write(certificate));
    }

    /** The bytes of the certificate file, all of them ASCII, without a line end. */
    public byte[] file() {
        return CanonicalJson.bytes("{\"signature\":" + CanonicalJson.write(signature) + ",\"statement\":"
                + CertificateStatement.write(certificate) + "}");
    }

    /**
     * Reads a certificate file. The signature is not verified.
     *
     * @throws InvalidCertificate if the bytes are not exactly those that {@link #file} returns for a certificate
     */
    static SignedCertificate parse(byte[] file) {
        if (file.length > MAX_BYTES) {
            throw new InvalidCertificate("the file has more than " + MAX_BYTES + " bytes");
        }
        SignedCertificate parsed = read(file);
        if (!Arrays.equals(parsed.file(), file)) {
            throw new InvalidCertificate("the file is not in the one form of a certificate: a member is not known or"
                    + " occurs twice, or a value has another spelling");
        }
        return parsed;
    }

    private static SignedCertificate read(byte[] file) {
        try {
            JsonMembers members = JsonMembers.of(JsonParser.parse(CanonicalJson.text(file)));
            return new SignedCertificate(
                    CertificateStatement.read(members.object("statement")), members.text("signature"));
        } catch (InvalidJson e) {
            throw new InvalidCertificate(String.valueOf(e.getMessage()));
        }
    }

    byte[] signatureBytes() {
        return HexFormat.of().parseHex(signature);
    }
}
