#include "io/http/certificate.hpp"

#include "base/text.hpp"

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <vector>

namespace forager::http {

namespace {

std::string date(const ASN1_TIME* time)
{
    tm parts{};
    char text[32] = "an unreadable date";
    if (ASN1_TIME_to_tm(time, &parts) == 1)
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    return text;
}

std::string printed(const X509_NAME* name)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_STRING* string)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

void free_names(GENERAL_NAMES* names)
{
    GENERAL_NAMES_free(names);
}

std::vector<std::string> dns_names(const X509* certificate)
{
    constexpr std::size_t enough = 8;
    std::vector<std::string> result;
    const std::unique_ptr<GENERAL_NAMES, decltype(&free_names)> names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &free_names};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && result.size() < enough; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS)
            result.push_back(text_of(name->d.dNSName));
    }
    return result;
}

std::string whose(const X509* certificate)
{
    const auto names = dns_names(certificate);
    return names.empty() ? printed(X509_get_subject_name(certificate)) : listed(names);
}

std::string about_chain(int depth, const X509* certificate)
{
    return depth == 0 ? "" : "depends on an authority (" + printed(X509_get_subject_name(certificate)) + ") that ";
}

} // namespace

std::string describe_rejection(X509_STORE_CTX* verification)
{
    const X509* certificate = X509_STORE_CTX_get_current_cert(verification);
    const int error = X509_STORE_CTX_get_error(verification);
    if (certificate == nullptr)
        return std::string{"is not accepted: "} + X509_verify_cert_error_string(error);
    const std::string subject = about_chain(X509_STORE_CTX_get_error_depth(verification), certificate);
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return subject + "has expired on " + date(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return subject + "is not valid before " + date(X509_get0_notBefore(certificate)) +
               "; is this machine's clock right?";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "is for " + whose(certificate) + " and not for this host";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "is signed by itself and by no trusted authority; name its file as ca_file to trust it";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "is signed by " + printed(X509_get_issuer_name(certificate)) +
               ", which is no trusted authority here; name the authority's file as ca_file to trust it";
    default: return subject + "is not accepted: " + X509_verify_cert_error_string(error);
    }
}

} // namespace forager::http
