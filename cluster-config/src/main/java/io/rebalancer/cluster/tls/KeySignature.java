package io.rebalancer.cluster.tls;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Signatures with the keys of TLS certificates. The kind of the key determines the algorithm. */
public final class KeySignature {

    private KeySignature() {}

    static byte[] sign(PrivateKey key, byte[] content) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm(key));
        signature.initSign(key);
        signature.update(content);
        return signature.sign();
    }

    /**
     * Whether the holder of the private key signed the content.
     *
     * @throws GeneralSecurityException if the key can't be used, or the signature has not the form of one
     */
    public static boolean isValid(PublicKey key, byte[] content, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm(key));
        signature.initVerify(key);
        signature.update(content);
        return signature.verify(signed);
    }

    private static String algorithm(Key key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
    }
}
