package io.rebalancer.manager.certificate;

import io.rebalancer.core.certificate.InvalidCertificate;
import io.rebalancer.core.certificate.VerificationKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An Ed25519 key pair, and its text: a PEM block of the private key in PKCS#8 form, then one of the public key. */
record SigningKey(PrivateKey key, VerificationKey verification) {
    private static final String ALGORITHM = "Ed25519";
    private static final int LINE_LENGTH = 64;
    private static final Pattern PRIVATE =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");

    static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            return new SigningKey(pair.getPrivate(), new VerificationKey(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has Ed25519", e);
        }
    }

    String pem() {
        String base64 = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n" + verification.pem();
    }

    /** @throws InvalidCertificate if the text is not that of a key pair; the message shows nothing of it */
    static SigningKey parse(String pem) {
        Matcher block = PRIVATE.matcher(pem);
        if (!block.find()) {
            throw new InvalidCertificate("there is no PEM block \"PRIVATE KEY\"");
        }
        List<VerificationKey> keys = VerificationKey.parseAll(pem);
        SigningKey parsed = new SigningKey(decode(block.group(1).replaceAll("\\s", "")), keys.get(0));
        if (keys.size() != 1 || !parsed.isPair()) {
            throw new InvalidCertificate("the public key is not that of the private key");
        }
        return parsed;
    }

    private static PrivateKey decode(String base64) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new InvalidCertificate("the private key is damaged or is not an Ed25519 key");
        }
    }

    private boolean isPair() {
        byte[] probe = {1, 2, 3};
        try {
            Signature signer = Signature.getInstance(ALGORITHM);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(verification.key());
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Logs must not show the private key. */
    @Override
    public String toString() {
        return "signing key " + verification.id();
    }
}
