package io.rebalancer.adm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A PEM file with the certificates of the authorities that sign those of managers. */
final class AuthorityFile {

    private AuthorityFile() {}

    /**
     * What trusts these authorities and no others.
     *
     * @param origin where the file is named, such as {@code --ca-file}
     */
    static SSLContext read(Path file, String origin) throws CommandFailed {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (found.isEmpty()) {
                throw new CommandFailed("The file " + file + " has no certificate; set " + origin
                        + " to a PEM file with the certificates of authorities");
            }
            return trusting(found);
        } catch (IOException | GeneralSecurityException e) {
            throw new CommandFailed("The file " + file + " can't be used (" + FileFault.reason(e) + "); set " + origin
                    + " to a PEM file with the certificates of authorities that you may read");
        }
    }

    private static SSLContext trusting(Collection<? extends Certificate> authorities)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate each : authorities) {
            store.setCertificateEntry("authority-" + number++, each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
