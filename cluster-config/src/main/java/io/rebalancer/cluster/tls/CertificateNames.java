package io.rebalancer.cluster.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** The names in a TLS certificate. */
public final class CertificateNames {
    private static final int DNS_NAME = 2;

    private CertificateNames() {}

    /**
     * The common name and the DNS names, sorted.
     *
     * @throws CertificateParsingException if the certificate has names that can't be read
     */
    public static Set<String> of(X509Certificate certificate) throws CertificateParsingException {
        Set<String> names = new TreeSet<>();
        try {
            new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .forEach(rdn -> names.add(rdn.getValue().toString()));
        } catch (InvalidNameException e) {
            throw new CertificateParsingException("the subject of the certificate can't be read", e);
        }
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.stream()
                    .filter(name -> name.get(0).equals(DNS_NAME))
                    .forEach(name -> names.add(String.valueOf(name.get(1))));
        }
        return names;
    }
}
