//! Cosmos' own reflection: which types stand behind an `Any`, and the descriptors of everything.

use std::collections::BTreeMap;

use prost_reflect::{Kind, MessageDescriptor};
use proto::{
    address::ACCOUNT_PREFIX,
    cosmos::{
        base::reflection::{v1beta1, v2alpha1},
        reflection::v1,
        tx::signing::v1beta1::SignMode,
    },
};
use tonic::Code;

use super::{Service, answer};
use crate::{
    doors::{Desk, Trouble, reflection},
    modules,
};

pub(crate) const SERVICES: &[Service] = &[
    Service::new("/cosmos.base.reflection.v1beta1.ReflectionService/ListAllInterfaces", |d, b| {
        answer(d, b, interfaces)
    }),
    Service::new("/cosmos.base.reflection.v1beta1.ReflectionService/ListImplementations", |d, b| {
        answer(d, b, implementations)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetAuthnDescriptor", |d, b| {
        answer(d, b, authn)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetChainDescriptor", |d, b| {
        answer(d, b, chain)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetCodecDescriptor", |d, b| {
        answer(d, b, codec)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetConfigurationDescriptor", |d, b| {
        answer(d, b, configuration)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetQueryServicesDescriptor", |d, b| {
        answer(d, b, query_services)
    }),
    Service::new("/cosmos.base.reflection.v2alpha1.ReflectionService/GetTxDescriptor", |d, b| {
        answer(d, b, tx)
    }),
    // the answer is a list of files under the number that a descriptor set has them under
    Service::new("/cosmos.reflection.v1.ReflectionService/FileDescriptors", |d, b| {
        answer(d, b, |_, _: v1::FileDescriptorsRequest| Ok(())).map(|_| proto::DESCRIPTOR_SET.to_vec())
    }),
];

/// Every interface that an `Any` can stand for -> the messages that implement it: as their descriptors say, and three
/// that the SDK registers in its code.
pub fn implementers() -> BTreeMap<String, Vec<MessageDescriptor>> {
    let mut found: BTreeMap<String, Vec<MessageDescriptor>> = BTreeMap::new();
    let pool = proto::descriptors();
    let keys = pool.all_messages().filter(|message| {
        message.package_name().starts_with("cosmos.crypto.") && message.name().ends_with("PubKey")
    });
    found.insert("cosmos.crypto.PubKey".into(), keys.collect());
    for service in pool.services().filter(|service| service.name() == "Msg") {
        for method in service.methods() {
            found.entry("cosmos.base.v1beta1.Msg".into()).or_default().push(method.input());
            found.entry("cosmos.tx.v1beta1.MsgResponse".into()).or_default().push(method.output());
        }
    }
    let Some(option) = pool.get_extension_by_name("cosmos_proto.implements_interface") else { return found };
    for message in pool.all_messages() {
        let options = message.options();
        if options.has_extension(&option) {
            let named = options.get_extension(&option);
            let named = named.as_list().unwrap_or_default().iter().filter_map(|name| name.as_str());
            for interface in named {
                found.entry(interface.to_owned()).or_default().push(message.clone());
            }
        }
    }
    found
}

fn type_url(message: &MessageDescriptor) -> String {
    format!("/{}", message.full_name())
}

fn interfaces(
    _: &Desk,
    _: v1beta1::ListAllInterfacesRequest,
) -> Result<v1beta1::ListAllInterfacesResponse, Trouble> {
    Ok(v1beta1::ListAllInterfacesResponse { interface_names: implementers().into_keys().collect() })
}

fn implementations(
    _: &Desk,
    ask: v1beta1::ListImplementationsRequest,
) -> Result<v1beta1::ListImplementationsResponse, Trouble> {
    let found = implementers().remove(&ask.interface_name);
    let found = found.ok_or_else(|| {
        Trouble::status(Code::NotFound, format!("no interface {:?} is known", ask.interface_name))
    })?;
    let implementation_message_names = found.iter().map(type_url).collect();
    Ok(v1beta1::ListImplementationsResponse { implementation_message_names })
}

fn authn(
    _: &Desk,
    _: v2alpha1::GetAuthnDescriptorRequest,
) -> Result<v2alpha1::GetAuthnDescriptorResponse, Trouble> {
    let modes = [SignMode::Direct, SignMode::LegacyAminoJson];
    let sign_modes = modes.into_iter().map(|mode| v2alpha1::SigningModeDescriptor {
        name: mode.as_str_name().into(),
        number: mode.into(),
        authn_info_provider_method_fullname: "cosmos.auth.v1beta1.Query.Account".into(),
    });
    let authn = v2alpha1::AuthnDescriptor { sign_modes: sign_modes.collect() };
    Ok(v2alpha1::GetAuthnDescriptorResponse { authn: Some(authn) })
}

fn chain(
    desk: &Desk,
    _: v2alpha1::GetChainDescriptorRequest,
) -> Result<v2alpha1::GetChainDescriptorResponse, Trouble> {
    let chain = v2alpha1::ChainDescriptor { id: desk.node.chain_id() };
    Ok(v2alpha1::GetChainDescriptorResponse { chain: Some(chain) })
}

fn codec(
    _: &Desk,
    _: v2alpha1::GetCodecDescriptorRequest,
) -> Result<v2alpha1::GetCodecDescriptorResponse, Trouble> {
    let mut accepting = accepting();
    let interfaces = implementers().into_iter().map(|(fullname, messages)| v2alpha1::InterfaceDescriptor {
        interface_accepting_messages: accepting.remove(&fullname).unwrap_or_default(),
        interface_implementers: messages
            .iter()
            .map(|message| v2alpha1::InterfaceImplementerDescriptor {
                fullname: message.full_name().into(),
                type_url: type_url(message),
            })
            .collect(),
        fullname,
    });
    let codec = v2alpha1::CodecDescriptor { interfaces: interfaces.collect() };
    Ok(v2alpha1::GetCodecDescriptorResponse { codec: Some(codec) })
}

/// Interface -> the messages that have a field for it.
fn accepting() -> BTreeMap<String, Vec<v2alpha1::InterfaceAcceptingMessageDescriptor>> {
    let mut found: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    let pool = proto::descriptors();
    if let Some(option) = pool.get_extension_by_name("cosmos_proto.accepts_interface") {
        let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
        for field in fields.filter(|field| matches!(field.kind(), Kind::Message(_))) {
            let options = field.options();
            if let Some(interface) = options.get_extension(&option).as_str().filter(|name| !name.is_empty()) {
                let messages = found.entry(interface.to_owned()).or_default();
                let message = field.parent_message().full_name().to_owned();
                messages.entry(message).or_default().push(field.name().to_owned());
            }
        }
    }
    let described = found.into_iter().map(|(interface, messages)| {
        let messages = messages.into_iter().map(|(fullname, field_descriptor_names)| {
            v2alpha1::InterfaceAcceptingMessageDescriptor { fullname, field_descriptor_names }
        });
        (interface, messages.collect())
    });
    described.collect()
}

fn configuration(
    _: &Desk,
    _: v2alpha1::GetConfigurationDescriptorRequest,
) -> Result<v2alpha1::GetConfigurationDescriptorResponse, Trouble> {
    let config = v2alpha1::ConfigurationDescriptor { bech32_account_address_prefix: ACCOUNT_PREFIX.into() };
    Ok(v2alpha1::GetConfigurationDescriptorResponse { config: Some(config) })
}

fn query_services(
    _: &Desk,
    _: v2alpha1::GetQueryServicesDescriptorRequest,
) -> Result<v2alpha1::GetQueryServicesDescriptorResponse, Trouble> {
    let pool = proto::descriptors();
    let served = reflection::services().into_iter().filter(|name| !name.ends_with(".Msg"));
    let services = served.filter_map(|name| pool.get_service_by_name(&name)).map(|service| {
        let methods = service.methods().map(|method| v2alpha1::QueryMethodDescriptor {
            name: method.name().into(),
            full_query_path: format!("/{}/{}", service.full_name(), method.name()),
        });
        v2alpha1::QueryServiceDescriptor {
            fullname: service.full_name().into(),
            is_module: service.name() == "Query",
            methods: methods.collect(),
        }
    });
    let queries = v2alpha1::QueryServicesDescriptor { query_services: services.collect() };
    Ok(v2alpha1::GetQueryServicesDescriptorResponse { queries: Some(queries) })
}

fn tx(_: &Desk, _: v2alpha1::GetTxDescriptorRequest) -> Result<v2alpha1::GetTxDescriptorResponse, Trouble> {
    let msgs = modules::routes()
        .map(|route| v2alpha1::MsgDescriptor { msg_type_url: format!("/{}.{}", route.package, route.name) });
    let tx = v2alpha1::TxDescriptor { fullname: "cosmos.tx.v1beta1.Tx".into(), msgs: msgs.collect() };
    Ok(v2alpha1::GetTxDescriptorResponse { tx: Some(tx) })
}
