package io.rebalancer.http.v1.nodes;

import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The certificates of drained storage nodes in API v1.
 *
 * <pre>
 *   GET /api/v1/storage-nodes/ID/certificate   the certificate file, signed now; 409 if nothing proves that the node is empty
 *   GET /api/v1/certificate-keys               the public keys of this manager, which verify its certificates
 * </pre>
 */
public final class CertificateRoutes extends AllDirectives {
    private final CertificateService certificates;
    private final AuditedActions audit;

    /** @param audit records each certificate */
    public CertificateRoutes(CertificateService certificates, AuditedActions audit) {
        this.certificates = certificates;
        this.audit = audit;
    }

    public Route routes() {
        return concat(
                path(
                        PathMatchers.separateOnSlashes("api/v1/storage-nodes")
                                .slash(PathMatchers.segment())
                                .slash("certificate"),
                        node -> get(() -> certificate(node))),
                path(
                        PathMatchers.separateOnSlashes("api/v1/certificate-keys"),
                        () -> get(() -> Problems.complete(certificates
                                .keys()
                                .thenApply(keys -> Json.response(StatusCodes.OK, CertificateKeyViews.of(keys)))))));
    }

    private Route certificate(String text) {
        StorageNodeId node;
        try {
            node = new StorageNodeId(text);
        } catch (IllegalArgumentException e) {
            return complete(Problems.badRequest(String.valueOf(e.getMessage())));
        }
        return audit.as(operator -> Problems.complete(
                operator.perform(Action.on("certificate.issue", node.text()), () -> certificates.certify(node))
                        .thenApply(CertificateRoutes::file)));
    }

    /** The bytes as they were signed: another spelling of the same JSON is not a certificate. */
    private static HttpResponse file(SignedCertificate certificate) {
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, certificate.file());
    }
}
