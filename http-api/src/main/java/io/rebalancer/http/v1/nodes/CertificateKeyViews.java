package io.rebalancer.http.v1.nodes;

import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.core.port.CertificateService;
import java.util.List;
import java.util.stream.Stream;

/**
 * The public keys of a manager.
 *
 * @param keys the key that signs now, then the earlier ones
 */
record CertificateKeyViews(List<KeyView> keys) {

    /**
     * A public key.
     *
     * @param keyId as certificates name it
     * @param current whether it signs now
     * @param publicKey in X.509 form, as PEM text
     */
    record KeyView(String keyId, boolean current, String publicKey) {
        static KeyView of(VerificationKey key, boolean current) {
            return new KeyView(key.id(), current, key.pem());
        }
    }

    static CertificateKeyViews of(CertificateService.Keys keys) {
        return new CertificateKeyViews(Stream.concat(
                        Stream.of(KeyView.of(keys.current(), true)),
                        keys.earlier().stream().map(key -> KeyView.of(key, false)))
                .toList());
    }
}
