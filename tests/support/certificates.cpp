#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace forager::test {

namespace {

template <auto free> struct Freeing {
    template <class T> void operator()(T* pointer) const { free(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using Bio = std::unique_ptr<BIO, Freeing<BIO_free>>;

void require(bool done)
{
    if (!done)
        throw std::runtime_error{"OpenSSL refused to make a certificate"};
}

std::string text_of(BIO* bio)
{
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(size)};
}

Bio reading(const std::string& text)
{
    return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value)
{
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

void set_name(X509* certificate, const CertificatePlan& plan)
{
    const std::string name = plan.authority ? "Forager Test Authority" : "Forager Test Peer";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
}

Certificate unsigned_certificate(const CertificatePlan& plan, EVP_PKEY* key)
{
    Certificate certificate{X509_new()};
    std::uint32_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial);
    X509_time_adj_ex(X509_getm_notBefore(certificate.get()), plan.days_from, 0, nullptr);
    X509_time_adj_ex(X509_getm_notAfter(certificate.get()), plan.days_until, 0, nullptr);
    X509_set_pubkey(certificate.get(), key);
    set_name(certificate.get(), plan);
    return certificate;
}

std::string joined(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

Identity finished(X509* certificate, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, const CertificatePlan& plan)
{
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    add_extension(certificate, issuer, NID_basic_constraints, plan.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!plan.names.empty())
        add_extension(certificate, issuer, NID_subject_alt_name, joined(plan.names));
    require(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
    const Bio certificate_text{BIO_new(BIO_s_mem())};
    const Bio key_text{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(certificate_text.get(), certificate);
    PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return {text_of(certificate_text.get()), text_of(key_text.get())};
}

} // namespace

Identity self_signed(const CertificatePlan& plan)
{
    const Key key{EVP_EC_gen("P-256")};
    const Certificate certificate = unsigned_certificate(plan, key.get());
    return finished(certificate.get(), key.get(), certificate.get(), key.get(), plan);
}

Identity signed_by(const Identity& authority, const CertificatePlan& plan)
{
    const Key key{EVP_EC_gen("P-256")};
    const Certificate certificate = unsigned_certificate(plan, key.get());
    const Certificate issuer{PEM_read_bio_X509(reading(authority.certificate).get(), nullptr, nullptr, nullptr)};
    const Key issuer_key{PEM_read_bio_PrivateKey(reading(authority.key).get(), nullptr, nullptr, nullptr)};
    return finished(certificate.get(), key.get(), issuer.get(), issuer_key.get(), plan);
}

} // namespace forager::test
