#include "app/store_access.hpp"

#include "clients/s3/bucket.hpp"

#include <memory>
#include <utility>

namespace forager {

namespace {

struct Store {
    Store(App& app, s3::Client::Config config, std::string name)
        : client{app.pool(), app.clock(), app.random(), std::move(config)}, bucket{client, std::move(name)}
    {
    }

    s3::Client client;
    s3::Bucket bucket;
};

s3::Client::Config config_of(const config::S3Config& settings, std::string folder)
{
    s3::Client::Config config;
    config.endpoint = settings.endpoint;
    config.region = settings.region;
    config.credentials = {settings.access_key, settings.secret_key};
    config.path_style = settings.path_style;
    config.tls = settings.tls;
    config.trust.ca_file = settings.ca_file;
    config.trust.verify = !settings.skip_verify;
    config.folder = std::move(folder);
    return config;
}

} // namespace

std::string why_no_store(const config::Settings& settings)
{
    const config::S3Config& s3 = settings.s3;
    if (s3.endpoint.empty())
        return "no object store is configured: set [s3] endpoint, or AWS_S3_ENDPOINT";
    if (s3.bucket.empty())
        return "the object store has no bucket: set [s3] bucket, or AWS_S3_BUCKET";
    if (s3.access_key.empty() || s3.secret_key.empty())
        return "nobody is known to the object store: set [s3] access_key and secret_key, or AWS_S3_ACCESSKEY and "
               "AWS_S3_SECRETKEY";
    return {};
}

StoreAccess store_access(const config::Settings& settings, App& app, std::string folder)
{
    // Copies of the access share it.
    const auto made = std::make_shared<std::unique_ptr<Store>>();
    return [&settings, &app, folder = std::move(folder), made]() -> Result<ObjectStore*> {
        if (std::string why = why_no_store(settings); !why.empty()) {
            Failure failure{Errc::refused, std::move(why)};
            failure.retry = false; // a configuration is read once
            return failure;
        }
        if (!*made)
            *made = std::make_unique<Store>(app, config_of(settings.s3, folder), settings.s3.bucket);
        return &(*made)->bucket;
    };
}

} // namespace forager
