package io.rebalancer.http.v1.nodes;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.certificate.CertificateCheck.Scope;
import io.rebalancer.core.certificate.SignedCertificate;
import io.rebalancer.core.port.CertificateService;
import io.rebalancer.core.port.CertificateService.CheckRefused;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.StorageNodeIds;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
 *   GET /api/v1/storage-nodes/ID/certificate/check?scope=   reads the shards again for rows of the node: 200 with the verdict, 202
 *                                              while they are being read; then ask again. The scope is new_rows or all_rows
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
                        PathMatchers.separateOnSlashes("api/v1/storage-nodes")
                                .slash(PathMatchers.segment())
                                .slash("certificate")
                                .slash("check"),
                        node -> get(() -> parameterOptional("scope", scope -> check(node, scope.orElse("new_rows"))))),
                path(
                        PathMatchers.separateOnSlashes("api/v1/certificate-keys"),
                        () -> get(() -> Problems.complete(certificates
                                .keys()
                                .thenApply(keys -> Json.response(StatusCodes.OK, CertificateKeyViews.of(keys)))))));
    }

    private Route check(String text, String word) {
        Optional<Scope> scope = Arrays.stream(Scope.values())
                .filter(each -> StableWord.of(each).equals(word))
                .findFirst();
        return scope.isEmpty()
                ? complete(Problems.badRequest("no such scope: " + word + "; the scopes are new_rows, all_rows"))
                : StorageNodeIds.parsed(
                        text,
                        node -> Problems.complete(certificates
                                .check(node, scope.get())
                                .thenApply(CertificateRoutes::response)
                                .exceptionallyCompose(CertificateRoutes::refusal)));
    }

    private static HttpResponse response(CertificateCheck check) {
        return Json.response(
                check.verdict() == CertificateCheck.Verdict.RUNNING ? StatusCodes.ACCEPTED : StatusCodes.OK,
                CertificateCheckView.of(check));
    }

    private static CompletionStage<HttpResponse> refusal(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof CheckRefused
                ? CompletableFuture.completedFuture(Problem.of(
                        StatusCodes.SERVICE_UNAVAILABLE, "TOO_MANY_CHECKS", OneLine.of(cause) + "; repeat it later"))
                : CompletableFuture.failedFuture(failure);
    }

    private Route certificate(String text) {
        return StorageNodeIds.parsed(
                text,
                node -> audit.as(operator -> Problems.complete(
                        operator.perform(Action.on("certificate.issue", node.text()), () -> certificates.certify(node))
                                .thenApply(CertificateRoutes::file))));
    }

    /** The bytes as they were signed: another spelling of the same JSON is not a certificate. */
    private static HttpResponse file(SignedCertificate certificate) {
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, certificate.file());
    }
}
