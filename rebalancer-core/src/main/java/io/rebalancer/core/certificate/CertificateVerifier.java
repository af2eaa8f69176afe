package io.rebalancer.core.certificate;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;
import java.util.stream.Collectors;

/** Verifies certificate files offline: with public keys, and without a manager. */
public final class CertificateVerifier {

    private CertificateVerifier() {}

    /**
     * Verifies every byte of a certificate file.
     *
     * @param keys the keys that the caller trusts; the certificate names the one that it was signed with
     * @return what the certificate states
     * @throws InvalidCertificate if the file was changed, damaged or cut off, has an unknown version, or was signed with
     *     another key
     */
    public static Certificate verify(byte[] file, List<VerificationKey> keys) {
        SignedCertificate signed = SignedCertificate.parse(file);
        String keyId = signed.certificate().keyId();
        VerificationKey key = keys.stream()
                .filter(each -> each.id().equals(keyId))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidCertificate("it names the key " + keyId + ", which is not among the given ones: "
                                + keys.stream().map(VerificationKey::id).collect(Collectors.joining(", "))));
        if (!matches(signed, key)) {
            throw new InvalidCertificate("the signature does not match: the file was changed after it was signed");
        }
        return signed.certificate();
    }

    private static boolean matches(SignedCertificate signed, VerificationKey key) {
        try {
            Signature verifier = Signature.getInstance(SignedCertificate.ALGORITHM);
            verifier.initVerify(key.key());
            verifier.update(signed.statement());
            return verifier.verify(signed.signatureBytes());
        } catch (GeneralSecurityException e) {
            // A signature of another length, or with a number out of range.
            return false;
        }
    }
}
